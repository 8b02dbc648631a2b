"""The types of the small schema."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, cast

import strawberry
from pymongo.errors import AutoReconnect
from strawberry.dataloader import DataLoader
from strawberry.scalars import JSON

from aura_gql.graph.context import Context, Info
from aura_gql.graph.nodes import Node, node_field, nodes_field, to_global_id
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.payload import Payload, settled
from aura_gql.graph.permissions import Administrator, Anyone, SignedIn
from aura_gql.graph.rate_limit import RateLimitQueries
from aura_gql.graph.scalars import Long
from aura_gql.graph.uploads import UploadedFile
from aura_gql.kernel.errors import Conflict, InvalidInput, NotFound, Unauthenticated
from aura_gql.kernel.page import Page


def stage_of(context: Context) -> Any:
    """The stage that plays the services."""
    return cast(Any, context.services)


def item_values(context: Context) -> DataLoader[str, str]:
    """Values by key."""

    async def fetch(keys: list[str]) -> list[str]:
        stage_of(context).fetched.append(keys)
        return [stage_of(context).values[key] for key in keys]

    return context.loaders.get(item_values, fetch)


@asynccontextmanager
async def waiting(context: Context) -> AsyncIterator[None]:
    """Counted by the stage for as long as it lasts."""
    stage_of(context).waiting += 1
    try:
        yield
    finally:
        stage_of(context).waiting -= 1


def endless_values(context: Context) -> DataLoader[str, str]:
    """Values that do not come before the stage's leave."""

    async def fetch(keys: list[str]) -> list[str]:
        async with waiting(context):
            await stage_of(context).leave.wait()
        return keys

    return context.loaders.get(endless_values, fetch)


@strawberry.type(description="An item.")
class Item(Node):
    """A node with a loaded field."""

    key: strawberry.Private[str]

    @strawberry.field
    async def value(self, info: Info) -> str:
        """Through the loader."""
        return await item_values(info.context).load(self.key)


def item(key: str) -> Item:
    """The item of a key."""
    return Item(id=to_global_id("Item", key), key=key)


async def fetch_items(context: Context, keys: Sequence[str]) -> Mapping[str, Node]:
    """The items that exist."""
    return {key: item(key) for key in keys if key in stage_of(context).values}


def fail(kind: str) -> str:
    """Raise what `kind` names."""
    errors = {
        "domain": NotFound("There is no such thing.", field=("some_id",), details={"hint": 1}),
        "database": AutoReconnect("connection closed"),
        "bug": KeyError("secret"),
    }
    raise errors[kind]


@strawberry.type
class Query(RateLimitQueries):
    """Something of everything."""

    node: Node | None = node_field({"Item": fetch_items})
    nodes: list[Node | None] = nodes_field({"Item": fetch_items})

    @strawberry.field
    def hello(self, name: str = "world") -> str:
        """The first query."""
        return f"hello {name}"

    @strawberry.field
    def viewer(self, info: Info) -> str | None:
        """Who is asking."""
        return info.context.viewer.email if info.context.viewer else None

    @strawberry.field
    async def items(self, info: Info, first: First = None, after: After = None) -> Connection[Item]:
        """A page of items."""
        size = page_request(first, after).first
        keys = sorted(stage_of(info.context).values)

        async def count() -> int:
            stage_of(info.context).fetched.append(["count"])
            return len(keys)

        return Connection.of(Page(keys[:size], keys[:size], len(keys) > size, False, count), item)

    @strawberry.field
    def long(self, value: Long) -> Long:
        """The same number."""
        return value

    @strawberry.field
    def moment(self, value: datetime) -> datetime:
        """The same moment."""
        return value

    @strawberry.field
    def anything(self, value: JSON) -> JSON:
        """The same value."""
        return value

    @strawberry.field
    def fail(self, kind: str) -> str | None:
        """Raise."""
        return fail(kind)

    @strawberry.field
    async def never(self, info: Info) -> str | None:
        """Waits for the stage's leave, itself and by a loader."""
        async with waiting(info.context):
            await endless_values(info.context).load("1")
        return None

    @strawberry.field
    async def slow(self, info: Info) -> bool:
        """An answer that comes when the gate opens."""
        stage = stage_of(info.context)
        stage.open_streams += 1
        try:
            await stage.gate.wait()
        finally:
            stage.open_streams -= 1
        return True

    @strawberry.field
    def too_big(self) -> int | None:
        """A number that GraphQL's Int can't be."""
        return 1 << 40


@strawberry.input
class RenameInput:
    """Input of `rename`."""

    item_name: str


@strawberry.type
class RenamePayload(Payload):
    """Payload of `rename`."""

    item: Item | None = None


@strawberry.type
class Mutation:
    """What can go wrong."""

    @strawberry.mutation(permission_classes=[SignedIn])
    @settled
    async def rename(self, info: Info, input: RenameInput) -> RenamePayload:
        """Fails by the name."""
        if input.item_name == "taken":
            raise Conflict("The name is taken.", field=("item_name",), details={"by": "bob"})
        if input.item_name == "":
            raise InvalidInput("The name is empty.", field=("item_name",))
        if input.item_name == "expired":
            raise Unauthenticated("The session has ended.")
        stage_of(info.context).values["1"] = input.item_name
        return RenamePayload(item=item("1"))

    @strawberry.mutation(permission_classes=[Administrator])
    async def reset(self) -> bool:
        """For administrators."""
        return True

    @strawberry.mutation(permission_classes=[Anyone])
    async def wait(self, info: Info) -> bool:
        """Waits for the stage's leave."""
        async with waiting(info.context):
            return cast(bool, await stage_of(info.context).leave.wait())

    @strawberry.mutation(permission_classes=[Anyone])
    async def ping(self) -> bool:
        """For everybody."""
        return True

    @strawberry.mutation(permission_classes=[SignedIn])
    async def measure(self, info: Info, files: list[UploadedFile]) -> list[str]:
        """The size and the digest of each file, once it has been read."""
        data = [await file.read() for file in files]
        stage_of(info.context).uploaded += data
        return [f"{file.size} {file.sha256}" for file in files]


@strawberry.type
class Subscription:
    """Streams that count themselves."""

    @strawberry.subscription(permission_classes=[Anyone])
    async def count(self, info: Info, to: int, fail_at: int = -1, kind: str = "domain") -> AsyncIterator[int]:
        """1, 2, 3…"""
        stage = stage_of(info.context)
        stage.open_streams += 1
        try:
            for number in range(1, to + 1):
                if number == fail_at:
                    fail(kind)
                yield number
        finally:
            stage.open_streams -= 1

    @strawberry.subscription(permission_classes=[SignedIn])
    async def forever(self, info: Info) -> AsyncIterator[Item]:
        """One item, then silence."""
        stage = stage_of(info.context)
        stage.open_streams += 1
        try:
            yield item("1")
            await asyncio.Event().wait()
        finally:
            stage.open_streams -= 1

    @strawberry.subscription(permission_classes=[Anyone])
    async def flood(self, info: Info, size: int = 50_000) -> AsyncIterator[str]:
        """Text without end; the stage counts its pieces."""
        stage = stage_of(info.context)
        stage.open_streams += 1
        try:
            while True:
                stage.pieces += 1
                yield "x" * size
        finally:
            stage.open_streams -= 1

    @strawberry.subscription(permission_classes=[Anyone])
    async def lingering(self, info: Info) -> AsyncIterator[int]:
        """A number, then silence, and an end that waits for the gate and then goes wrong."""
        stage = stage_of(info.context)
        stage.open_streams += 1
        try:
            yield 1
            await asyncio.Event().wait()
        finally:
            await stage.gate.wait()
            stage.open_streams -= 1
            fail("domain")

    @strawberry.subscription(permission_classes=[Anyone])
    async def changing(self, info: Info) -> AsyncIterator[Item]:
        """The same item three times, each time with another value."""
        for value in ("a", "b", "c"):
            stage_of(info.context).values["1"] = value
            yield item("1")
