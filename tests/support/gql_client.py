"""The real `gql` client, as a program outside uses it, with nothing of ours but the URL and the bearer."""

from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.websockets import WebsocketsTransport

Data = dict[str, Any]


def _request(query: str, variables: Data) -> GraphQLRequest:
    request = gql(query)
    request.variable_values = variables
    return request


@dataclass(frozen=True, slots=True)
class GqlClient:
    """One user of the server at `url`, signed in by a bearer."""

    url: str
    bearer: str

    async def execute(self, query: str, /, **variables: Any) -> Data:
        """The data of an operation over HTTP; gql's TransportQueryError where it had errors."""
        transport = AIOHTTPTransport(f"{self.url}/graphql", headers={"Authorization": f"Bearer {self.bearer}"})
        async with Client(transport=transport) as session:
            return dict(await session.execute(_request(query, variables)))

    async def mutate(self, name: str, selection: str, /, **fields: Any) -> Data:
        """The payload of a mutation that must succeed; `selection` is that of the payload."""
        kind = f"{name[0].upper()}{name[1:]}Input!"
        query = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ {selection} errors {{ code message }} }} }}"
        payload: Data = (await self.execute(query, input=fields))[name]
        assert payload["errors"] == []
        return payload

    @asynccontextmanager
    async def subscribed(self, query: str, /, **variables: Any) -> AsyncIterator["Subscribed"]:
        """A subscription on a socket of its own."""
        transport = WebsocketsTransport(
            f"{self.url.replace('http', 'ws', 1)}/graphql",
            init_payload={"authorization": f"Bearer {self.bearer}"},
            connect_args={"max_size": None},
        )
        async with (
            Client(transport=transport) as session,
            aclosing(session.subscribe(_request(query, variables))) as results,
        ):
            yield Subscribed(transport, results)


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The events of a subscription, and the means to lose its connection."""

    transport: WebsocketsTransport
    events: Any

    def __aiter__(self) -> AsyncIterator[Data]:
        return aiter(self.events)

    def cut(self) -> None:
        """Drop the connection as a dead network does: without a close frame, what is on its way included."""
        socket = self.transport.adapter.websocket
        assert socket is not None
        socket.transport.abort()
