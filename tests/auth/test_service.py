import uuid
from datetime import timedelta
from typing import Any

import pytest
from bson import Binary, ObjectId
from pymongo import monitoring
from pymongo.asynchronous.mongo_client import AsyncMongoClient

from aura_gql.auth import better_auth
from aura_gql.auth.errors import InvalidEmail
from aura_gql.auth.records import SignedSession
from aura_gql.auth.service import AuthService
from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.kernel.clock import utcnow

SECRET = "a secret of at least thirty-two characters"


@pytest.fixture
async def auth(database: Database) -> AuthService:
    service = AuthService(database, SECRET)
    await service.ensure_indexes()
    return service


def cookie(session: SignedSession) -> str:
    return f"{session.cookie_name}={session.cookie_value}"


def token_of(session: SignedSession) -> str:
    return session.bearer.partition(".")[0]


async def session_for(database: Database, user_id: Any, stored_user_id: Any, **user: Any) -> str:
    """Write a user and a session as Better Auth would, with the ids as given; the bearer header."""
    token = better_auth.new_token()
    await database["user"].insert_one({"_id": user_id, "email": f"{token}@example.org", "name": "Ada"} | user)
    await database["session"].insert_one(
        {"token": token, "userId": stored_user_id, "expiresAt": utcnow() + timedelta(hours=1)}
    )
    return f"Bearer {better_auth.sign(token, SECRET)}"


async def test_a_sign_in_gives_a_cookie_and_a_bearer(auth: AuthService) -> None:
    session = await auth.sign_in(" Ada@Example.org ", name="Ada")
    by_cookie = await auth.authenticate(cookie(session), None)
    assert by_cookie is not None
    assert (by_cookie.email, by_cookie.name, by_cookie.image, by_cookie.is_admin) == (
        "ada@example.org",
        "Ada",
        None,
        False,
    )
    assert by_cookie.expires_at == session.expires_at
    assert by_cookie.created_at.tzinfo is not None
    assert await auth.authenticate(None, f"Bearer {session.bearer}") == by_cookie


async def test_a_second_sign_in_is_another_session_of_the_same_user(auth: AuthService, database: Database) -> None:
    viewers = [
        await auth.authenticate(cookie(await auth.sign_in("ada@example.org", is_admin=is_admin)), None)
        for is_admin in (False, True, False)
    ]
    assert len({viewer.id for viewer in viewers if viewer}) == 1
    assert [viewer.is_admin for viewer in viewers if viewer] == [False, True, True]
    assert await database["user"].count_documents({}) == 1
    assert await database["session"].count_documents({}) == 3


async def test_secrets_are_not_in_the_representation(auth: AuthService) -> None:
    session = await auth.sign_in("ada@example.org")
    viewer = await auth.authenticate(cookie(session), None)
    assert token_of(session) not in repr(session) + repr(viewer)


async def test_a_bearer_that_verifies_goes_before_the_cookie(auth: AuthService) -> None:
    ada, bob = await auth.sign_in("ada@example.org"), await auth.sign_in("bob@example.org")
    viewer = await auth.authenticate(cookie(ada), f"Bearer {bob.bearer}")
    assert viewer is not None
    assert viewer.email == "bob@example.org"
    viewer = await auth.authenticate(cookie(ada), "Bearer forged.signature")
    assert viewer is not None
    assert viewer.email == "ada@example.org"


async def test_a_sign_out_acts_at_once(auth: AuthService, database: Database) -> None:
    session = await auth.sign_in("ada@example.org")
    viewer = await auth.authenticate(cookie(session), None)
    assert viewer is not None
    assert await auth.expiry_of(viewer)
    await database["session"].delete_one({"token": token_of(session)})
    assert not await auth.expiry_of(viewer)
    assert await auth.authenticate(cookie(session), None) is None


async def test_an_expired_session_is_nobodys(auth: AuthService, database: Database) -> None:
    session = await auth.sign_in("ada@example.org")
    viewer = await auth.authenticate(cookie(session), None)
    assert viewer is not None
    await database["session"].update_one({}, {"$set": {"expiresAt": utcnow()}})
    assert await auth.authenticate(cookie(session), None) is None
    assert not await auth.expiry_of(viewer)


@pytest.mark.parametrize("expires_at", [None, "2999-01-01", 32503680000, {}])
async def test_an_end_that_is_no_date_is_an_end(auth: AuthService, database: Database, expires_at: object) -> None:
    session = await auth.sign_in("ada@example.org")
    await database["session"].update_one({}, {"$set": {"expiresAt": expires_at}})
    assert await auth.authenticate(cookie(session), None) is None


async def test_a_session_without_its_user_is_nobodys(auth: AuthService, database: Database) -> None:
    session = await auth.sign_in("ada@example.org")
    await database["user"].delete_many({})
    assert await auth.authenticate(cookie(session), None) is None


async def test_a_session_without_a_user_id_is_nobodys(auth: AuthService, database: Database) -> None:
    session = await auth.sign_in("ada@example.org")
    await database["session"].update_one({}, {"$unset": {"userId": 1}})
    assert await auth.authenticate(cookie(session), None) is None


async def test_a_token_signed_with_another_secret_is_nobodys(auth: AuthService, database: Database) -> None:
    session = await AuthService(database, SECRET + "!").sign_in("ada@example.org")
    assert await auth.authenticate(cookie(session), f"Bearer {session.bearer}") is None


@pytest.mark.parametrize("kind", ["objectid", "text", "uuid", "number"])
async def test_user_ids_of_any_type(auth: AuthService, database: Database, kind: str) -> None:
    some = uuid.uuid4()
    kinds: dict[str, tuple[Any, str]] = {
        "objectid": (ObjectId("64b7f0c2a1b2c3d4e5f60718"), "64b7f0c2a1b2c3d4e5f60718"),
        "text": ("user_1", "user_1"),
        "uuid": (Binary.from_uuid(some), str(some)),
        "number": (7, "7"),
    }
    user_id, text = kinds[kind]
    viewer = await auth.authenticate(None, await session_for(database, user_id, user_id))
    assert viewer is not None
    assert viewer.id == text


async def test_a_user_id_kept_as_text_finds_its_objectid(auth: AuthService, database: Database) -> None:
    user_id = ObjectId()
    bearer = await session_for(database, user_id, str(user_id))
    viewer = await auth.authenticate(None, bearer)
    assert viewer is not None
    assert viewer.id == str(user_id)


async def test_the_exact_user_id_is_preferred(auth: AuthService, database: Database) -> None:
    user_id = ObjectId()
    await database["user"].insert_one({"_id": user_id, "email": "other@example.org", "name": "Other"})
    viewer = await auth.authenticate(None, await session_for(database, str(user_id), str(user_id), name="Mine"))
    assert viewer is not None
    assert viewer.name == "Mine"


@pytest.mark.parametrize(
    ("role", "is_admin"),
    [("admin", True), ("user, admin", True), ("administrator", False), ("", False), (None, False), (["admin"], False)],
)
async def test_administrators_have_the_role(auth: AuthService, database: Database, role: Any, is_admin: bool) -> None:
    user_id = ObjectId()
    viewer = await auth.authenticate(None, await session_for(database, user_id, user_id, role=role, image="https://i"))
    assert viewer is not None
    assert viewer.is_admin is is_admin
    assert viewer.image == "https://i"


async def test_a_new_role_is_added_to_the_others(auth: AuthService, database: Database) -> None:
    await auth.sign_in("ada@example.org")
    await database["user"].update_one({}, {"$set": {"role": "editor"}})
    await auth.sign_in("ada@example.org", is_admin=True)
    user = await database["user"].find_one({})
    assert user is not None
    assert user["role"] == "editor,admin"


@pytest.mark.parametrize(
    "email", ["", "ada", "@example.org", "ada@", "a da@example.org", "a\0@b", "a" * 250 + "@b.org"]
)
async def test_an_address_that_is_none(auth: AuthService, email: str) -> None:
    with pytest.raises(InvalidEmail):
        await auth.sign_in(email)


def test_an_empty_secret_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="secret"):
        AuthService(database, "")


async def test_indexes_have_better_auths_names(auth: AuthService, database: Database) -> None:
    await auth.ensure_indexes()
    assert set(await database["user"].index_information()) == {"_id_", "user_email_uidx"}
    assert set(await database["session"].index_information()) == {"_id_", "session_token_uidx", "session_userId_idx"}


class Commands(monitoring.CommandListener):
    """The names of the commands sent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note it."""
        self.names.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Of no interest."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Of no interest."""


async def test_round_trips(auth: AuthService, database: Database, mongodb_uri: str) -> None:
    session = await auth.sign_in("ada@example.org")
    commands = Commands()
    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True, event_listeners=[commands]) as client:
        watched = AuthService(client[database.name], SECRET)
        assert await watched.authenticate(None, None) is None
        assert await watched.authenticate(f"{session.cookie_name}=forged.{'x' * 43}%3D", "Bearer x") is None
        assert commands.names == []
        assert await watched.authenticate(cookie(session), None) is not None
        assert commands.names == ["aggregate"]
