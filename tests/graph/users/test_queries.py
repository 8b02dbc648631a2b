"""Who is signed in, on the wire."""

import base64

from tests.support.api import Api, Member


async def test_the_viewer_is_null_without_a_session(api: Api) -> None:
    assert await api.anonymous.execute("{ viewer { id } }") == {"viewer": None}


async def test_the_viewer_is_the_user_of_the_session(api: Api) -> None:
    root = await api.sign_in("root", is_admin=True)

    viewer = (await root.execute("{ viewer { __typename email name image isAdmin } }"))["viewer"]

    assert viewer == {
        "__typename": "User",
        "email": "root@example.com",
        "name": "root",
        "image": None,
        "isAdmin": True,
    }


async def test_a_user_is_a_node_for_itself_alone(ada: Member, eve: Member) -> None:
    viewer = (await ada.execute("{ viewer { id email } }"))["viewer"]
    id = viewer["id"]
    query = "query ($id: ID!) { node(id: $id) { id ... on User { email } } }"

    assert base64.b64decode(id + "==").startswith(b"User:")
    assert (await ada.execute(query, id=id))["node"] == viewer
    assert (await eve.execute(query, id=id))["node"] is None


async def test_a_quota_tells_what_is_used_of_what_may_be(eve: Member) -> None:
    query = "{ viewer { quota { bytesUsed bytesLimit filesUsed filesLimit reservedBytes } } }"

    quota = (await eve.execute(query))["viewer"]["quota"]

    assert quota == {
        "bytesUsed": 0,
        "bytesLimit": 2**31,
        "filesUsed": 0,
        "filesLimit": 50_000,
        "reservedBytes": 0,
    }
