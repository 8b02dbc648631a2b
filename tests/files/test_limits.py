import pytest

from aura_gql.files.errors import FileTooLarge, ProjectTooLarge, TooManyFiles
from aura_gql.files.limits import FileLimits
from aura_gql.files.records import StorageTotals

LIMITS = FileLimits(max_file_bytes=10, max_files=3, max_project_bytes=20)


def test_a_file_at_the_bound_and_one_past_it() -> None:
    LIMITS.check_file("a", 10)
    with pytest.raises(FileTooLarge, match="at most 10 bytes; `a` has 11") as caught:
        LIMITS.check_file("a", 11)
    assert caught.value.details == {"resource": "fileBytes", "limit": 10, "used": 11}


def test_a_project_at_its_bounds_and_past_them() -> None:
    before = StorageTotals(2, 15)
    LIMITS.check_totals(before, StorageTotals(3, 20))
    with pytest.raises(TooManyFiles, match="at most 3 files") as files:
        LIMITS.check_totals(before, StorageTotals(4, 15))
    assert files.value.details == {"resource": "files", "limit": 3, "used": 2}
    with pytest.raises(ProjectTooLarge, match="at most 20 bytes") as size:
        LIMITS.check_totals(before, StorageTotals(3, 21))
    assert size.value.details == {"resource": "projectBytes", "limit": 20, "used": 15}


def test_what_is_past_the_bounds_may_shrink() -> None:
    LIMITS.check_totals(StorageTotals(9, 90), StorageTotals(9, 89))
    with pytest.raises(ProjectTooLarge):
        LIMITS.check_totals(StorageTotals(9, 90), StorageTotals(9, 91))
