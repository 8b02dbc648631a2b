"""Who is signed in, by what is presented."""

from typing import cast

import pytest

from aura_gql.auth.service import AuthService
from aura_gql.graph.sign_in import sign_in
from aura_gql.kernel.errors import Unauthenticated
from tests.support.graph import KnownSessions, make_viewer

COOKIE = "session=good"
AUTH = cast(AuthService, KnownSessions({COOKIE: make_viewer("ada"), "Bearer good": make_viewer("bob")}))


@pytest.mark.parametrize(
    ("cookie", "authorization", "name"),
    [
        (None, None, None),
        (COOKIE, None, "ada"),
        ("session=stale", None, None),
        (None, "Bearer good", "bob"),
        (COOKIE, "Bearer good", "bob"),
        (COOKIE, "Basic x", "ada"),
        (None, "Basic x", None),
    ],
)
async def test_a_bearer_goes_before_a_cookie(cookie: str | None, authorization: str | None, name: str | None) -> None:
    viewer = await sign_in(AUTH, cookie, authorization)
    assert (viewer.name if viewer else None) == name


@pytest.mark.parametrize("bearer", ["Bearer", "Bearer ", "bearer wrong", "BEARER\twrong"])
async def test_a_wrong_bearer_is_refused_beside_a_good_cookie(bearer: str) -> None:
    with pytest.raises(Unauthenticated):
        await sign_in(AUTH, COOKIE, bearer)
