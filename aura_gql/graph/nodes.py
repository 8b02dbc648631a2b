"""Relay's nodes: global ids, and the root fields that fetch any object by one."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Annotated, Any

import strawberry
from bson import ObjectId

from aura_gql.graph.context import Context, Info
from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.ids import GlobalId, parse_global_id

MAX_NODES = 100


@strawberry.interface(description="An object with an id that is unique in the whole API.")
class Node:
    """What `node(id:)` finds."""

    id: strawberry.ID = strawberry.field(
        description="Opaque and lasting; pass it to `node`, or where an id is asked for."
    )


Keys = Sequence[str]
NodeFetcher = Callable[[Context, Keys], Awaitable[Mapping[str, Node]]]
"""Finds objects of one type by the key in their id. What is missing, or not for the viewer to see, it leaves out."""


def to_global_id(type_name: str, key: object) -> strawberry.ID:
    """The id that the API shows for `key` of a type."""
    return strawberry.ID(str(GlobalId(type_name, str(key))))


def key_of(id: str, type_name: str, field: Sequence[str] = ("id",)) -> str:
    """The key inside a global id; InvalidInput on `field` for garbage, or for the id of another type."""
    parsed = parse_global_id(id)
    if parsed is None:
        raise InvalidInput(f"`{'.'.join(field)}` is not an id of this server.", field=field)
    if parsed.type_name != type_name:
        raise InvalidInput(
            f"`{'.'.join(field)}` is the id of a {parsed.type_name}; that of a {type_name} is expected.", field=field
        )
    return parsed.key


def object_id(id: str, type_name: str, field: Sequence[str] = ("id",)) -> ObjectId:
    """The ObjectId inside a global id; InvalidInput on `field` for garbage, or for the id of another type."""
    key = key_of(id, type_name, field)
    if not ObjectId.is_valid(key):
        raise InvalidInput(f"`{'.'.join(field)}` is not an id of this server.", field=field)
    return ObjectId(key)


def by_object_id(fetch: Callable[[Context, list[ObjectId]], Awaitable[Mapping[ObjectId, Node]]]) -> NodeFetcher:
    """The fetcher of a type whose keys are ObjectIds."""

    async def fetcher(context: Context, keys: Keys) -> Mapping[str, Node]:
        found = await fetch(context, [ObjectId(key) for key in keys if ObjectId.is_valid(key)])
        return {str(key): node for key, node in found.items()}

    return fetcher


async def fetch_nodes(
    context: Context, fetchers: Mapping[str, NodeFetcher], ids: Sequence[GlobalId]
) -> list[Node | None]:
    """The objects of `ids`, in their order, by one call for each type; None where there is no such object."""
    found: dict[GlobalId, Node] = {}
    for type_name in dict.fromkeys(id.type_name for id in ids):
        if fetch := fetchers.get(type_name):
            keys = list(dict.fromkeys(id.key for id in ids if id.type_name == type_name))
            nodes = await fetch(context, keys)
            found.update({GlobalId(type_name, key): node for key, node in nodes.items()})
    return [found.get(id) for id in ids]


def node_field(fetchers: Mapping[str, NodeFetcher]) -> Any:
    """`node(id:)`, for a root type to declare as `node: Node | None = node_field(…)`."""

    async def node(
        info: Info, id: Annotated[strawberry.ID, strawberry.argument(description="The id of any object.")]
    ) -> Node | None:
        return (await fetch_nodes(info.context, fetchers, [_parsed(id, ("id",))]))[0]

    return strawberry.field(resolver=node, description="The object that has this id; null where there is none.")


def nodes_field(fetchers: Mapping[str, NodeFetcher]) -> Any:
    """`nodes(ids:)`, for a root type to declare as `nodes: list[Node | None] = nodes_field(…)`."""

    async def nodes(
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description=f"Up to {MAX_NODES} ids of any objects.")],
    ) -> list[Node | None]:
        if len(ids) > MAX_NODES:
            raise InvalidInput(f"`ids` may hold {MAX_NODES} ids, not {len(ids)}.", field=("ids",))
        return await fetch_nodes(
            info.context, fetchers, [_parsed(id, ("ids", str(index))) for index, id in enumerate(ids)]
        )

    return strawberry.field(
        resolver=nodes, description="The objects that have these ids, in order; null where there is none."
    )


def _parsed(id: str, field: Sequence[str]) -> GlobalId:
    parsed = parse_global_id(id)
    if parsed is None:
        raise InvalidInput(f"`{'.'.join(field)}` is not an id of this server.", field=field)
    return parsed
