"""What is granted to clients that move bytes without us, and what waits of theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class DownloadGrant:
    """How a blob is handed to whoever holds its URL: always as an attachment.

    `filename` is what browsers save it as, in any alphabet and without a folder; `content_type` what they are told it
    is; the URL works for `expires_s` seconds.
    """

    filename: str
    content_type: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class UploadGrant:
    """What may be uploaded once: exactly `size` bytes of this type, within `expires_s` seconds.

    `sha256` (64 hexadecimal digits) is demanded by the store where it can; whoever takes the upload over checks it
    in any case.
    """

    size: int
    content_type: str
    sha256: str
    expires_s: int


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request that its holder may make without credentials, with these headers besides those every client sends."""

    method: str
    url: str
    headers: Mapping[str, str]


class StagedUpload(NamedTuple):
    """Bytes that a client sent and nobody has taken over yet: the name they wait under, and since when (UTC)."""

    name: str
    modified_at: datetime
