import pytest

from aura_gql.storage.addressing import address, require_key, require_scope, verified
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound
from aura_gql.storage.ports import BlobKey

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_an_address_is_the_scope_and_the_digest() -> None:
    assert address("projects/1", b"") == BlobKey("projects/1", EMPTY)


@pytest.mark.parametrize("scope", ["templates", "projects/64b7f0c2a1b2c3d4e5f60718", "a-b_c/9"])
def test_good_scopes(scope: str) -> None:
    assert require_scope(scope) == scope


@pytest.mark.parametrize("scope", ["", "-a", "a/-b", "a/./b", "a\\b", "a/b\n", "ä"])
def test_bad_scopes(scope: str) -> None:
    with pytest.raises(ValueError, match="scope"):
        require_scope(scope)


def test_a_key_must_hold_a_digest() -> None:
    assert require_key(BlobKey("a", EMPTY)).sha256 == EMPTY
    with pytest.raises(BlobNotFound):
        require_key(BlobKey("a", EMPTY.upper()))


def test_bytes_are_checked_against_their_key() -> None:
    assert verified(BlobKey("a", EMPTY), b"") == b""
    with pytest.raises(BlobCorrupted, match=EMPTY):
        verified(BlobKey("a", EMPTY), b"x")
