"""Better Auth's session token on the wire: cookies, bearers and their signature. Pure; knows no database.

The format was captured from better-auth 1.7.25 (`tests/auth/vectors.json`): the cookie's value is
`encodeURIComponent(token + "." + base64(HMAC-SHA256(secret, token)))`.
"""

import base64
import hashlib
import hmac
import re
import secrets
import string
from urllib.parse import quote

SECURE_PREFIX = "__Secure-"
MAX_COOKIE_HEADER_LENGTH = 32_768
MAX_AUTHORIZATION_LENGTH = 4_096
TOKEN_LENGTH = 32

_SIGNATURE_LENGTH = 44
_TOKEN_ALPHABET = string.ascii_letters + string.digits
_WHITESPACE = " \t\n\r\v\f\xa0"
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_ESCAPES = re.compile(r"(?:%[0-9A-Fa-f]{2})+")


def cookie_name(prefix: str) -> str:
    """The session cookie's name for Better Auth's `cookiePrefix`."""
    return f"{prefix}.session_token"


def decode_uri_component(text: str) -> str:
    """JavaScript's strict `decodeURIComponent`; `text` itself where that would throw.

    A `+` stays one: it is a digit of base64 here, not a space.
    """
    if _BAD_ESCAPE.search(text):
        return text
    try:
        return _ESCAPES.sub(lambda match: bytes.fromhex(match.group().replace("%", "")).decode(), text)
    except UnicodeDecodeError:
        return text


def parse_cookies(header: str) -> dict[str, str]:
    """The cookies of a `Cookie` header, decoded; the first of those with the same name, as Better Auth reads them."""
    cookies: dict[str, str] = {}
    for pair in header.split(";"):
        name, equals, value = pair.partition("=")
        name = name.strip(_WHITESPACE)
        if not equals or name in cookies:
            continue
        value = value.strip(_WHITESPACE)
        cookies[name] = decode_uri_component(value[1:-1] if value.startswith('"') else value)
    return cookies


def sign(token: str, secret: str) -> str:
    """`token.signature`, as a bearer carries it."""
    digest = hmac.new(secret.encode(), token.encode(), hashlib.sha256).digest()
    return f"{token}.{base64.b64encode(digest).decode()}"


def sign_cookie(token: str, secret: str) -> str:
    """The value of the session cookie."""
    return quote(sign(token, secret), safe="-_.!~*'()")


def unsign(signed: str, secret: str) -> str | None:
    """The token of `token.signature` (percent-decoded), None unless the signature is right."""
    token, _, signature = signed.rpartition(".")
    if not token or len(signature) != _SIGNATURE_LENGTH or not signature.endswith("="):
        return None
    try:
        given, wanted = signed.encode(), sign(token, secret).encode()
    except UnicodeEncodeError:
        return None
    return token if hmac.compare_digest(given, wanted) else None


def token_from_cookie(header: str | None, secret: str, prefix: str) -> str | None:
    """The token in the session cookie of a `Cookie` header; where there is a `__Secure-` one, that alone counts."""
    if not header or len(header) > MAX_COOKIE_HEADER_LENGTH:
        return None
    cookies = parse_cookies(header)
    name = cookie_name(prefix)
    value = cookies.get(SECURE_PREFIX + name, cookies.get(name))
    return None if value is None else unsign(value, secret)


def token_from_bearer(authorization: str | None, secret: str) -> str | None:
    """The token in `Bearer token.signature`, percent-encoded or not. A raw token, unsigned, is nobody's."""
    if not authorization or len(authorization) > MAX_AUTHORIZATION_LENGTH:
        return None
    scheme, _, credential = authorization.partition(" ")
    if scheme.lower() != "bearer":
        return None
    return unsign(decode_uri_component(credential.strip(_WHITESPACE)), secret)


def new_token() -> str:
    """An unguessable token as Better Auth makes them: 32 letters and digits."""
    return "".join(secrets.choice(_TOKEN_ALPHABET) for _ in range(TOKEN_LENGTH))
