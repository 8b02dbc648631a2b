"""What the tickets of uploads say."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bson import ObjectId

from aura_gql.files.staging.errors import UploadTooLarge
from aura_gql.kernel.errors import InvalidInput
from aura_gql.storage.values import SignedRequest

OCTETS = "application/octet-stream"

_GIB = 1024 * 1024 * 1024
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,62}/[a-z0-9][a-z0-9!#$&^_.+-]{0,62}")


class UploadPurpose(StrEnum):
    """What the bytes are to become."""

    FILE = "FILE"
    ARCHIVE = "ARCHIVE"


@dataclass(frozen=True, slots=True)
class NewStaged:
    """Bytes that a client is going to bring: their number, their SHA-256 in hexadecimal and their media type."""

    purpose: UploadPurpose
    size: int
    sha256: str
    content_type: str = OCTETS

    def check(self) -> None:
        """InvalidInput, on its field, for what no bytes can be."""
        if self.size < 1:
            raise InvalidInput("`size` is at least 1: what is empty needs no upload.", field=("size",))
        if not _SHA256.fullmatch(self.sha256):
            raise InvalidInput("`sha256` is 64 hexadecimal digits in lower case.", field=("sha256",))
        if not _TYPE.fullmatch(self.content_type):
            message = "`contentType` is a media type in lower case and without parameters, e.g. `application/zip`."
            raise InvalidInput(message, field=("contentType",))


@dataclass(frozen=True, slots=True)
class Ticket:
    """An upload that was granted. Its bytes must arrive by `expires_at` and be used by `kept_until`."""

    id: ObjectId
    user_id: str
    project_id: ObjectId
    purpose: UploadPurpose
    size: int
    sha256: str
    content_type: str
    expires_at: datetime
    kept_until: datetime


@dataclass(frozen=True, slots=True)
class IssuedTicket:
    """A ticket and the request that brings its bytes; a URL that begins with `/` is below the server's own address."""

    id: ObjectId
    request: SignedRequest
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StagingLimits:
    """The bounds of uploads; sizes in bytes, times in seconds.

    Bytes have `url_ttl_s` to arrive, and are then kept for `kept_s` at least, to be used.
    """

    max_file_bytes: int = 1024 * 1024
    max_archive_bytes: int = _GIB
    url_ttl_s: int = 3_600
    kept_s: int = 3_600

    def check_size(self, wanted: NewStaged) -> None:
        """UploadTooLarge for more bytes than an upload of this purpose may have."""
        is_file = wanted.purpose is UploadPurpose.FILE
        resource, limit = ("fileBytes", self.max_file_bytes) if is_file else ("archiveBytes", self.max_archive_bytes)
        if wanted.size > limit:
            raise UploadTooLarge(
                f"An upload of this kind has at most {limit:,} bytes; this one would have {wanted.size:,}.",
                field=("size",),
                details={"resource": resource, "limit": limit, "used": wanted.size},
            )
