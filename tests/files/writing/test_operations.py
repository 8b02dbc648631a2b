"""Where the errors of operations point."""

import pytest

from aura_gql.files.errors import InvalidPath, RevisionConflict
from aura_gql.files.limits import FileLimits
from aura_gql.files.writing.operations import DeletePath, MovePath, StoredContent, about, checked, placed
from aura_gql.storage.ports import BlobKey
from tests.files.writing.plans import put


def test_paths_come_out_clean() -> None:
    [moved] = checked([MovePath("e\u0301", "u\u0308")], FileLimits())
    assert moved == MovePath("\u00e9", "\u00fc")
    with pytest.raises(InvalidPath) as caught:
        checked([put("fine"), DeletePath("/absolute")], FileLimits())
    assert (caught.value.field, caught.value.details) == (("1", "path"), {"path": "/absolute"})


def test_what_is_too_long_to_be_a_path_is_not_repeated() -> None:
    with pytest.raises(InvalidPath) as caught:
        checked([DeletePath("x" * 1_025)], FileLimits())
    assert (caught.value.field, caught.value.details) == (("0", "path"), {})


def test_stored_content_is_named_by_its_digest() -> None:
    assert StoredContent(BlobKey("scope", "digest"), 3, False).sha256 == "digest"


def test_errors_point_into_what_the_caller_was_given() -> None:
    with pytest.raises(InvalidPath) as caught, placed(lambda place, name: ("files", f"{place}", name)), about(1, "a"):
        raise InvalidPath("Bad.", field=("path",))
    assert (caught.value.field, caught.value.details) == (("files", "1", "path"), {"path": "a"})


def test_an_error_of_no_operation_stays_where_it_points() -> None:
    with pytest.raises(RevisionConflict) as caught, placed(lambda *_: ("elsewhere",)):
        raise RevisionConflict("Moved on.", field=("expectedRevision",))
    assert caught.value.field == ("expectedRevision",)
