"""The transaction by which templates come in is whole, wherever it ends."""

import asyncio
import itertools

from pymongo import AsyncMongoClient
from pymongo.monitoring import CommandFailedEvent, CommandListener, CommandStartedEvent, CommandSucceededEvent

from aura_gql.infra.mongo import Database, MongoDocument
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.templates.intake.records import IntakeOutcome
from aura_gql.templates.intake.service import TemplateIntake
from aura_gql.templates.service import TemplateService
from tests.support.mongo import init_documents
from tests.support.templates import TEMPLATE_DOCUMENTS, GivenTemplates, a_bundle

_TURNS = 5


class CancelsAt(CommandListener):
    """Cancels a task while it waits for the answer to one of its commands."""

    def __init__(self) -> None:
        self.task: asyncio.Task[IntakeOutcome] | None = None
        self.left = 0

    def started(self, event: CommandStartedEvent) -> None:
        self.left -= 1
        if self.task is not None and self.left == 0:
            self._cancel_in(_TURNS)

    def _cancel_in(self, turns: int) -> None:
        """Not at once: PyMongo swallows a cancellation that comes as it sends."""
        if turns:
            asyncio.get_running_loop().call_soon(self._cancel_in, turns - 1)
        elif self.task is not None:
            self.task.cancel()

    def succeeded(self, event: CommandSucceededEvent) -> None:
        """Only what begins counts."""

    def failed(self, event: CommandFailedEvent) -> None:
        """Only what begins counts."""


async def test_a_cancellation_at_any_statement_leaves_the_old_catalogue_or_the_new(
    blobs: LocalBlobStore, database: Database, mongodb_uri: str
) -> None:
    intake, templates, listener = TemplateIntake(blobs), TemplateService(blobs), CancelsAt()

    async def seen() -> dict[str, bytes]:
        page = await templates.list()
        return {one.slug: await templates.read_file(one.id, "README.md") for one in page.items}

    async with AsyncMongoClient[MongoDocument](mongodb_uri, tz_aware=True, event_listeners=[listener]) as client:
        await init_documents(client[database.name], TEMPLATE_DOCUMENTS)
        await intake.take_in(GivenTemplates(a_bundle("a", "0"), a_bundle("1", "0")))
        was_old = 0
        for number in itertools.count(1):
            before, new = await seen(), str(number + 1)
            source = GivenTemplates(a_bundle("a", new), a_bundle(new, new))
            work = asyncio.ensure_future(intake.take_in(source))
            listener.task, listener.left = work, number
            await asyncio.wait([work])
            listener.task = None
            now = await seen()
            assert now in (before, {"a": new.encode(), new: new.encode()})
            was_old += now == before
            if listener.left > 0:
                break
        assert now != before
        assert was_old >= 5
