"""What tells one revision from another."""

from aura_gql.templates.records import TemplateFile
from aura_gql.templates.sources.digests import digest_of, file_parts


def of(*files: TemplateFile) -> str:
    return digest_of(file_parts(files))


def test_the_order_of_files_changes_nothing() -> None:
    one, other = TemplateFile("a", b"1"), TemplateFile("b", b"2")
    assert of(one, other) == of(other, one)


def test_everything_else_does() -> None:
    variants = [
        of(TemplateFile("a", b"1")),
        of(TemplateFile("a", b"1", executable=True)),
        of(TemplateFile("a", b"2")),
        of(TemplateFile("b", b"1")),
        of(TemplateFile("a", b""), TemplateFile("1", b"")),
        of(TemplateFile("a1", b"")),
        of(),
    ]
    assert len(set(variants)) == len(variants)
