"""Bytes that clients send: as text where they are UTF-8, in base64 where they are not."""

from base64 import b64decode

from aura_gql.kernel.errors import InvalidInput


def text_bytes(text: str, name: str) -> bytes:
    """Text as UTF-8; InvalidInput on the field `name` where it can't be."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise InvalidInput(f"`{name}` has a lone surrogate, which is no character.", field=(name,)) from None


def given_bytes(text: str | None, base64: str | None, name: str, *, optional: bool = False) -> bytes:
    """What is given as text in the field `name`, or in `base64`; where it is `optional`, b"" for neither.

    InvalidInput on `name` unless one of them is given, and on the one that is not well-formed.
    """
    if text is not None and base64 is not None:
        raise InvalidInput(f"Give `{name}` or `base64`, not both.", field=(name,))
    if base64 is not None:
        try:
            return b64decode(base64, validate=True)
        except ValueError:
            raise InvalidInput("`base64` is not valid base64.", field=("base64",)) from None
    if text is None and not optional:
        raise InvalidInput(f"Give `{name}` or `base64`.", field=(name,))
    return text_bytes(text or "", name)
