"""What a README says of its starter."""

import pytest

from aura_gql.templates.inference.readme import read_readme
from aura_gql.templates.inference.records import Readme, StarterFile


def read(text: str) -> Readme:
    return read_readme({"README.md": StarterFile.of(text.encode())})


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# Welcome to [Slidev](https://example.com)!\n", "Welcome to Slidev!"),
        ("![banner](x.png)\n\n# A *b* `c` 🚀\n# Second\n", "A b c 🚀"),
        ("```sh\n# no title\n```\n# Title", "Title"),
        ("\ufeff# Marked\r\n", "Marked"),
        ("#hashtag\n## Second level", ""),
    ],
)
def test_its_title_is_its_first_heading(text: str, title: str) -> None:
    assert read(text).title == title


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        (
            "# T\n\nA [demo](x) of **two**\nlines. And a second sentence.",
            ("A demo of two lines.", "And a second sentence."),
        ),
        (
            "A demo that says what it is.\n\n## Setup\n\nA sentence of another section.",
            ("A demo that says what it is.",),
        ),
        ("- A list says nothing to anybody.\n\n1. Nor does this one at all.\n\n> Nor a quotation of others.", ()),
        ("To start the slide show you run it.\n\nLook at the documentation to learn more.", ()),
        ("This is a project bootstrapped with a generator.\n\nIt is powered by create-something here.", ()),
        ("```\nA line of code that looks so.\n```\n~~~\nAnother line of code here.\n```\n~~~\n", ()),
        ("👋 Welcome to the kit of tutorials.\n\nShort one.\n\nDoes a question describe a thing?", ()),
        (f"A deck of many slides — {'and so on ' * 30}.", ("A deck of many slides.",)),
        ("No end of a sentence that goes on", ()),
    ],
)
def test_sentences_are_those_that_may_describe(text: str, sentences: tuple[str, ...]) -> None:
    assert read(text).sentences == sentences


def test_one_without_data_is_known_by_its_path() -> None:
    assert read_readme({"README.md": StarterFile(10**9)}) == Readme("README.md")
    assert read_readme({}) == Readme()


@pytest.mark.parametrize(
    "part", ["![", "[", "[[[](", "<", "<a", "*_`", "_", "# ", "```\n", ". A", ". ((((", "&\u202e\0", "\xff", "  \n"]
)
def test_nothing_takes_long_or_breaks(part: str) -> None:
    found = read_readme({"README.md": StarterFile.of((part * 100_000).encode("latin-1", "replace"))})
    assert len(found.title) <= 200
    assert len(found.sentences) <= 20


def test_only_its_beginning_is_looked_at() -> None:
    assert read("A sentence that says a thing.\n\n" * 100).sentences == ("A sentence that says a thing.",) * 20
    assert read(" " * 20_000 + "\n# Title\n\nA sentence that says a thing.") == Readme("README.md")
