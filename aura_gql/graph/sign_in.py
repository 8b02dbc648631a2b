"""Who is signed in, by what a client presents over HTTP or on a socket."""

from aura_gql.auth.records import Viewer
from aura_gql.auth.service import AuthService
from aura_gql.kernel.errors import Unauthenticated

WRONG_BEARER = "The bearer is not that of a live session."


async def sign_in(auth: AuthService, cookie: str | None, authorization: str | None) -> Viewer | None:
    """The user of a `Cookie` and an `Authorization`; None for strangers. Unauthenticated where a bearer is wrong.

    A bearer decides alone, since who sends one means nobody else. Other schemes, as of a proxy, are not ours.
    """
    if authorization is not None and authorization[:7].rstrip().lower() == "bearer":
        viewer = await auth.authenticate(None, authorization)
        if viewer is None:
            raise Unauthenticated(WRONG_BEARER)
        return viewer
    return None if cookie is None else await auth.authenticate(cookie, None)
