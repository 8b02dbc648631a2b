"""Tokens that let whoever has them fetch one blob, or bring the bytes of one upload, for a time. Pure."""

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import TypeVar

import orjson

from aura_gql.kernel.clock import utcnow
from aura_gql.storage.errors import LinkExpired, LinkRefused

DOWNLOADS = "/blobs/"
UPLOADS = "/uploads/"
"""Where a server that hands out bytes by itself expects each kind of token, below its own address."""

MAX_TOKEN_LENGTH = 2_048

_VERSION = "1"
_LABEL = b"aura-gql links"
_FORM = re.compile(r"([0-9]{1,3})\.([A-Za-z0-9_-]{1,1900})\.([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class DownloadClaim:
    """The right to fetch one blob of `size` bytes, shown to the reader as a file of this name and type.

    `user_id` is whoever asked for it, `expires_at` in seconds of Unix.
    """

    user_id: str
    scope: str
    sha256: str
    size: int
    filename: str
    content_type: str
    expires_at: int


@dataclass(frozen=True, slots=True)
class UploadClaim:
    """The right to bring exactly these bytes, of exactly this type, to the upload `name`; else as DownloadClaim."""

    user_id: str
    name: str
    size: int
    sha256: str
    content_type: str
    expires_at: int


ClaimT = TypeVar("ClaimT", DownloadClaim, UploadClaim)


class LinkSigner:
    """Makes tokens and believes its own, as `version.claim.signature` in the alphabet of base64url.

    Each kind of claim has a key of its own, derived from the server's secret by HKDF (RFC 5869), so that a token of one
    kind is none of the other and no session, and a session is no token. There is one secret: once it is another, all
    links that were made before are refused, and are to be asked for again.
    """

    def __init__(self, secret: str) -> None:
        """`secret` is the one that signs sessions."""
        root = hmac.digest(_LABEL, secret.encode(), "sha256")
        self._keys: Mapping[type, bytes] = {kind: _derive(root, kind) for kind in (DownloadClaim, UploadClaim)}

    def sign(self, claim: DownloadClaim | UploadClaim) -> str:
        """The token of a claim, at most MAX_TOKEN_LENGTH characters; ValueError where it says more than fits."""
        signed = f"{_VERSION}.{_encode(orjson.dumps(astuple(claim)))}"
        token = f"{signed}.{_encode(self._signature(type(claim), signed))}"
        if not _FORM.fullmatch(token):
            raise ValueError("The claim is too long for a link.")
        return token

    def read(self, kind: type[ClaimT], token: str, now: datetime | None = None) -> ClaimT:
        """The claim that a token of this kind makes; LinkRefused for one that is not ours, LinkExpired."""
        parts = _FORM.fullmatch(token)
        if parts is None or parts[1] != _VERSION:
            raise LinkRefused("This link is not one of ours, or was changed on its way.")
        signature = _encode(self._signature(kind, f"{parts[1]}.{parts[2]}"))
        if not hmac.compare_digest(signature, parts[3]):
            raise LinkRefused("This link is not one of ours, or was changed on its way.")
        claim = kind(*orjson.loads(urlsafe_b64decode(parts[2] + "=" * (-len(parts[2]) % 4))))
        if (now or utcnow()).timestamp() >= claim.expires_at:
            raise LinkExpired("This link has expired; ask for another.")
        return claim

    def _signature(self, kind: type, signed: str) -> bytes:
        return hmac.digest(self._keys[kind], signed.encode(), "sha256")


def _derive(root: bytes, kind: type) -> bytes:
    return hmac.digest(root, kind.__name__.encode() + b"\x01", "sha256")


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
