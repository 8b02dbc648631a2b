"""The tokens that stand in the host names of previews: whoever knows one has the preview."""

import base64
import hashlib
import re
import secrets

TOKEN_BYTES = 20
"""160 bits, which are 32 characters of base32: a label of a host name, whose case nobody keeps."""

_FORM = re.compile(r"[a-z2-7]{32}")


def new_token() -> str:
    """One that nobody can guess."""
    return base64.b32encode(secrets.token_bytes(TOKEN_BYTES)).decode().lower()


def is_token(text: str) -> bool:
    """Whether it could be one."""
    return _FORM.fullmatch(text) is not None


def digest_of(token: str) -> str:
    """What is kept of a token. As it is looked up by this, how long that takes tells nothing about any other."""
    return hashlib.sha256(token.encode()).hexdigest()
