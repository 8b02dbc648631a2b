"""Global object ids, as Relay has them: opaque outside, `Type:key` inside."""

import base64
import binascii
from dataclasses import dataclass

MAX_GLOBAL_ID_LENGTH = 256


@dataclass(frozen=True, slots=True)
class GlobalId:
    """The type name of a node and its key in that type."""

    type_name: str
    key: str

    def __str__(self) -> str:
        return base64.urlsafe_b64encode(f"{self.type_name}:{self.key}".encode()).decode().rstrip("=")


def parse_global_id(text: str) -> GlobalId | None:
    """The id that `text` encodes, or None where it is none of ours. Base64 with or without padding is accepted."""
    if len(text) > MAX_GLOBAL_ID_LENGTH:
        return None
    try:
        raw = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
        type_name, colon, key = raw.decode().partition(":")
    except (ValueError, binascii.Error):
        return None
    if not colon or not key or not type_name.isidentifier():
        return None
    return GlobalId(type_name, key)
