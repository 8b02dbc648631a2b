"""Which characters names of files don't have."""

import pytest

from aura_gql.kernel.characters import first_misleading


@pytest.mark.parametrize("name", ["", "a.txt", "日本語 ファイル.txt", "👩\u200d💻.md", "é", "a\u00a0b", "\ufeff"])
def test_what_can_be_read_passes(name: str) -> None:
    assert first_misleading(name) is None


@pytest.mark.parametrize("code", [0, 0x0A, 0x7F, 0x85, 0x061C, 0x200E, 0x2028, 0x2029, 0x202E, 0x2069, 0xD800])
def test_the_first_that_misleads_is_told(code: int) -> None:
    assert first_misleading(f"a{chr(code)}b\x01") == chr(code)
