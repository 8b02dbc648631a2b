"""What the auth room hands to the rooms above: values, never documents."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Viewer:
    """A signed-in user and the session that proves it. `id` is Better Auth's user id as text."""

    id: str
    email: str
    name: str
    image: str | None
    is_admin: bool
    created_at: datetime
    expires_at: datetime
    session_token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SignedSession:
    """A new session in both forms that a client can present; either one is a secret."""

    bearer: str = field(repr=False)
    cookie_name: str
    cookie_value: str = field(repr=False)
    expires_at: datetime
