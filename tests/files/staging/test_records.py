import pytest

from aura_gql.files.staging.errors import UploadTooLarge
from aura_gql.files.staging.records import NewStaged, StagingLimits, UploadPurpose
from aura_gql.kernel.errors import InvalidInput

DIGEST = "0" * 64


@pytest.mark.parametrize(
    ("size", "sha256", "content_type", "field"),
    [
        (0, DIGEST, "application/zip", "size"),
        (-1, DIGEST, "application/zip", "size"),
        (1, DIGEST[1:], "application/zip", "sha256"),
        (1, "A" * 64, "application/zip", "sha256"),
        (1, DIGEST + "\n", "application/zip", "sha256"),
        (1, DIGEST, "", "contentType"),
        (1, DIGEST, "zip", "contentType"),
        (1, DIGEST, "Application/Zip", "contentType"),
        (1, DIGEST, "text/plain; charset=utf-8", "contentType"),
        (1, DIGEST, "text/plain\r\nx: y", "contentType"),
        (1, DIGEST, "text/" + "x" * 64, "contentType"),
    ],
)
def test_what_no_bytes_can_be_is_refused(size: int, sha256: str, content_type: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        NewStaged(UploadPurpose.FILE, size, sha256, content_type).check()
    assert refused.value.field == (field,)


def test_each_purpose_has_a_bound_of_its_own() -> None:
    limits = StagingLimits(max_file_bytes=10, max_archive_bytes=20)
    for purpose, most, resource in ((UploadPurpose.FILE, 10, "fileBytes"), (UploadPurpose.ARCHIVE, 20, "archiveBytes")):
        limits.check_size(NewStaged(purpose, most, DIGEST))
        with pytest.raises(UploadTooLarge) as refused:
            limits.check_size(NewStaged(purpose, most + 1, DIGEST))
        assert refused.value.details == {"resource": resource, "limit": most, "used": most + 1}
        assert refused.value.field == ("size",)
