"""What can go wrong with an upload by ticket."""

from aura_gql.kernel.errors import InvalidInput, InvalidState, NotFound, QuotaExceeded


class UploadNotFound(NotFound):
    """There is no such upload, it was used or has expired, or it is for another project or purpose."""

    subject = "uploadId"


class UploadIncomplete(InvalidState):
    """The bytes have not arrived yet."""

    subject = "uploadId"


class UploadDamaged(InvalidInput):
    """Bytes arrived that are not those that were announced."""

    subject = "uploadId"


class UploadTooLarge(QuotaExceeded):
    """More bytes are announced than an upload of this kind may have."""
