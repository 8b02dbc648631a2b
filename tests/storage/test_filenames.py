import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.storage.filenames import check_filename


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", "../a", "a/b", "a\\b", "a\r\nb", "a\x00", "a\u202egpj.exe", "a\ud800", "猫" * 86],
)
def test_names_that_mislead_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_filename(name)
    assert refused.value.field == ("filename",)


@pytest.mark.parametrize("name", ["a.txt", '猫 "quoted" %41.txt', "..a", ".env", "x" * 255])
def test_others_pass(name: str) -> None:
    assert check_filename(name) == name
