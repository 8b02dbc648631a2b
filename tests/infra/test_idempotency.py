"""Idempotency keys over a real MongoDB."""

import asyncio

import pytest

from aura_gql.infra.documents import IdempotencyKeyDocument
from aura_gql.infra.idempotency import MongoIdempotencyKeys
from aura_gql.infra.mongo import Database
from aura_gql.infra.ports import IdempotencyKeys
from aura_gql.kernel.errors import IdempotencyMismatch, InvalidInput
from tests.support.mongo import init_documents

REQUEST = {"name": "My app", "options": {"typescript": True, "tags": ["a", "b"]}}


@pytest.fixture
async def keys(database: Database) -> IdempotencyKeys:
    await init_documents(database, [IdempotencyKeyDocument])
    return MongoIdempotencyKeys()


async def test_without_a_key_every_claim_is_new(keys: IdempotencyKeys, database: Database) -> None:
    first = await keys.claim(user_id="u", operation="createProject", key=None, request=REQUEST)
    second = await keys.claim(user_id="u", operation="createProject", key=None, request=REQUEST)
    assert first != second
    assert await database["idempotency_keys"].count_documents({}) == 0


async def test_the_same_request_gets_the_same_id(keys: IdempotencyKeys) -> None:
    first = await keys.claim(user_id="u", operation="createProject", key="k", request=REQUEST)
    reordered = dict(reversed(REQUEST.items()))
    assert await keys.claim(user_id="u", operation="createProject", key="k", request=reordered) == first


@pytest.mark.parametrize(
    ("user_id", "operation", "key"),
    [("v", "createProject", "k"), ("u", "createSandbox", "k"), ("u", "createProject", "l")],
)
async def test_user_operation_and_key_all_count(keys: IdempotencyKeys, user_id: str, operation: str, key: str) -> None:
    first = await keys.claim(user_id="u", operation="createProject", key="k", request=REQUEST)
    assert await keys.claim(user_id=user_id, operation=operation, key=key, request=REQUEST) != first


async def test_another_request_under_the_key_is_refused(keys: IdempotencyKeys) -> None:
    await keys.claim(user_id="u", operation="createProject", key="k", request=REQUEST)
    with pytest.raises(IdempotencyMismatch) as caught:
        await keys.claim(user_id="u", operation="createProject", key="k", request={**REQUEST, "name": "Other"})
    assert caught.value.field == ("idempotencyKey",)


async def test_claims_at_once_agree(keys: IdempotencyKeys, database: Database) -> None:
    for key in "abcde":
        claims = (keys.claim(user_id="u", operation="o", key=key, request=REQUEST) for _ in range(40))
        assert len(set(await asyncio.gather(*claims))) == 1
    assert await database["idempotency_keys"].count_documents({}) == 5


async def test_different_claims_at_once_leave_one_winner(keys: IdempotencyKeys) -> None:
    claims = (keys.claim(user_id="u", operation="o", key="k", request={"n": n}) for n in range(20))
    results = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(result, IdempotencyMismatch) for result in results) == 19


@pytest.mark.parametrize("key", ["", "x" * 129, "tab\t", "nul\0", "line\n", "ü"])
async def test_what_is_no_key(keys: IdempotencyKeys, key: str) -> None:
    with pytest.raises(InvalidInput, match="1 to 128 printable ASCII") as caught:
        await keys.claim(user_id="u", operation="o", key=key, request=REQUEST)
    assert caught.value.field == ("idempotencyKey",)


async def test_keys_go_after_a_day(keys: IdempotencyKeys, database: Database) -> None:
    indexes = await database["idempotency_keys"].index_information()
    assert indexes["created_at_ttl"]["expireAfterSeconds"] == 24 * 3600
