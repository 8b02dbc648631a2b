"""What the server may ask of the files of the machine, by name."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import cast

from aura_gql.sandboxes.providers.local.project_folder import ProjectFolder
from aura_gql.sandboxes.providers.remote.inside.files import Arguments, FileCalls
from aura_gql.sandboxes.providers.remote.inside.watches import Watches
from aura_gql.sandboxes.providers.remote.wire.peer import Call, Handler
from aura_gql.sandboxes.providers.remote.wire.streams import Stream
from aura_gql.sandboxes.providers.remote.wire.values import JSON, Answer

Asked = Callable[[Arguments], Awaitable[JSON]]
Sent = Callable[[Arguments, AsyncIterator[bytes]], Awaitable[None]]
Fetched = Callable[[Arguments], AsyncIterator[bytes]]


def file_handlers(files: ProjectFolder, gone: "asyncio.Future[str]") -> Mapping[str, Handler]:
    """Handlers for one project folder; watches end when `gone` is done."""
    calls, watches = FileCalls(files), Watches(files, gone)
    return {
        "files.remove": _asked(calls.remove),
        "files.stat": _asked(calls.stat),
        "files.move": _asked(calls.move),
        "files.removeTree": _asked(calls.remove_tree),
        "files.write": _sent(calls.write),
        "files.import": _sent(calls.import_tar),
        "files.read": _fetched(calls.read),
        "files.list": _fetched(calls.list),
        "files.export": _fetched(calls.export_tar),
        "watch": _fetched(watches.watch),
        "watch.settle": _asked(watches.settle),
    }


def _asked(method: Asked) -> Handler:
    async def handle(call: Call) -> Answer:
        return Answer(await method(call.arguments))

    return handle


def _sent(method: Sent) -> Handler:
    async def handle(call: Call) -> Answer:
        stream = call.streams[0]
        await method(call.arguments, _received(stream))
        stream.end()
        return Answer()

    return handle


def _fetched(method: Fetched) -> Handler:
    async def handle(call: Call) -> Answer:
        stream = call.streams[0]
        async with aclosing(cast("AsyncGenerator[bytes, None]", method(call.arguments))) as pieces:
            async for piece in pieces:
                await stream.send(piece)
        stream.end()
        return Answer()

    return handle


async def _received(stream: Stream) -> AsyncIterator[bytes]:
    while piece := await stream.receive():
        yield piece
