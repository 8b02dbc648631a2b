"""Who is asking."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bson import Binary
from bson.binary import UuidRepresentation

from aura_gql.auth.better_auth import (
    cookie_name,
    new_token,
    sign,
    sign_cookie,
    token_from_bearer,
    token_from_cookie,
)
from aura_gql.auth.documents import AuthCollections
from aura_gql.auth.errors import InvalidEmail
from aura_gql.auth.records import SignedSession, Viewer
from aura_gql.infra.mongo import Database
from aura_gql.kernel.clock import utcnow

ADMIN_ROLE = "admin"
MAX_EMAIL_LENGTH = 254
WEEK_S = 604_800

_EPOCH = datetime.fromtimestamp(0, UTC)


class AuthService:
    """Better Auth's sessions, looked up at each request so that a sign-out acts at once. Nothing is cached, and the
    `session_data` cookie, which outlives a sign-out, is never looked at.
    """

    def __init__(self, database: Database, secret: str, *, cookie_prefix: str = "better-auth") -> None:
        if not secret:
            raise ValueError("the secret that signs sessions is empty")
        self._collections = AuthCollections(database)
        self._secret = secret
        self._cookie_prefix = cookie_prefix

    async def authenticate(self, cookie: str | None, authorization: str | None) -> Viewer | None:
        """The user of the request's `Cookie` and `Authorization` headers; None for anything but a live, signed session.

        A bearer that verifies goes before the cookie. One round trip, and none where no signature is right.
        """
        token = token_from_bearer(authorization, self._secret)
        token = token or token_from_cookie(cookie, self._secret, self._cookie_prefix)
        return None if token is None else await self._viewer_of(token)

    async def expiry_of(self, viewer: Viewer) -> datetime | None:
        """When the viewer's session ends as things stand, for Better Auth prolongs it; None where it has ended, signed
        out or expired, or where its user has lost a right since. Asked while a socket or an event stream lives.
        """
        today = await self._viewer_of(viewer.session_token)
        if today is None or today.id != viewer.id or today.is_admin < viewer.is_admin:
            return None
        return today.expires_at

    async def sign_in(
        self, email: str, name: str | None = None, is_admin: bool = False, expires_in_s: int = WEEK_S
    ) -> SignedSession:
        """A new session of the user with this address, made if need be; InvalidEmail. For development and operators.

        `is_admin` adds the role to a user who lacks it; without it nobody's role changes.
        """
        address = _clean_email(email)
        now = utcnow()
        user = await self._collections.ensure_user(address, name or address.partition("@")[0], now)
        roles = _roles(user)
        if is_admin and ADMIN_ROLE not in roles:
            await self._collections.set_role(user["_id"], ",".join([*roles, ADMIN_ROLE]), now)
        token = new_token()
        expires_at = now + timedelta(seconds=expires_in_s)
        await self._collections.insert_session(user["_id"], token, now, expires_at)
        return SignedSession(
            bearer=sign(token, self._secret),
            cookie_name=cookie_name(self._cookie_prefix),
            cookie_value=sign_cookie(token, self._secret),
            expires_at=expires_at,
        )

    async def ensure_indexes(self) -> None:
        """Make Better Auth's indexes where it has never run: in development and for the `token` command."""
        await self._collections.ensure_indexes()

    async def _viewer_of(self, token: str) -> Viewer | None:
        row = await self._collections.find_session(token)
        if row is None or row.user is None or _is_banned(row.user):
            return None
        expires_at = _aware(row.expires_at)
        if expires_at is None or expires_at <= utcnow():
            return None
        return _viewer(row.user, expires_at, token)


def _viewer(user: Mapping[str, Any], expires_at: datetime, token: str) -> Viewer:
    image = user.get("image")
    return Viewer(
        id=_id_text(user["_id"]),
        email=str(user.get("email") or ""),
        name=str(user.get("name") or ""),
        image=image if isinstance(image, str) and image else None,
        is_admin=ADMIN_ROLE in _roles(user),
        created_at=_aware(user.get("createdAt")) or _EPOCH,
        expires_at=expires_at,
        session_token=token,
    )


def _is_banned(user: Mapping[str, Any]) -> bool:
    """Whether Better Auth's admin plugin has banned the user, for ever or until a time to come.

    The plugin itself relies on its having deleted the user's sessions; one that was made at that very moment must not
    slip through, nor one whose user was banned in the database.
    """
    until = _aware(user.get("banExpires"))
    return bool(user.get("banned")) and (until is None or until > utcnow())


def _roles(user: Mapping[str, Any]) -> list[str]:
    """The roles that Better Auth's admin plugin keeps as a list separated by commas."""
    role = user.get("role")
    return [name.strip() for name in role.split(",") if name.strip()] if isinstance(role, str) else []


def _aware(value: object) -> datetime | None:
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _id_text(value: object) -> str:
    if isinstance(value, Binary) and value.subtype in (3, 4):
        return str(value.as_uuid(UuidRepresentation.STANDARD))
    return str(value)


def _clean_email(email: str) -> str:
    address = email.strip().lower()
    local, _, domain = address.rpartition("@")
    if not local or not domain or len(address) > MAX_EMAIL_LENGTH or not address.isprintable() or " " in address:
        raise InvalidEmail(
            f"An e-mail address has the form name@domain and at most {MAX_EMAIL_LENGTH} characters.", field=("email",)
        )
    return address
