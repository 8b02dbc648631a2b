"""What the contests run on: our server as `aura-gql dev` starts it, the baseline on the same MongoDB, and a user."""

import contextlib
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
from bson import ObjectId

from aura_gql.auth.service import AuthService
from aura_gql.commands.data_folder import DataFolder
from aura_gql.infra.mongo import Database, connect
from aura_gql.settings_groups import DatabaseSettings
from tests.benchmarks.serving import Serving, serving
from tests.support.api import Member
from tests.support.journeys import ready_project
from tests.support.waiting import until

TEMPLATES = 60
# Nobody looks at GitHub while something is measured.
_QUIET = {"TEMPLATE_SYNC_INTERVAL_S": "0"}


@dataclass(frozen=True, slots=True)
class World:
    """Two servers over one database, in which `member` has a project; `folder` is for what a contest keeps."""

    ours: Serving
    baseline: Serving
    member: Member
    project: str
    folder: Path

    @property
    def bearer(self) -> dict[str, str]:
        """The header that signs the member in."""
        return {"authorization": f"Bearer {self.member.bearer}"}


@contextlib.asynccontextmanager
async def world() -> AsyncIterator[World]:
    """Start everything on an empty data folder; nothing of it is left afterwards."""
    with tempfile.TemporaryDirectory(prefix="aura-bench-") as name:
        folder = Path(name)
        # Sandboxes of some modes run as users that have to pass through.
        folder.chmod(0o755)
        data = DataFolder(folder / "data")
        async with contextlib.AsyncExitStack() as stack:
            ours = await stack.enter_async_context(
                serving("aura_gql", "dev", "--port", "0", "--data-dir", str(data.path), env=_QUIET)
            )
            uri, secret = data.connection()
            client = await stack.enter_async_context(connect(DatabaseSettings(), uri))
            database: Database = client.get_default_database()
            await _multiply_templates(database)
            session = await AuthService(database, secret).sign_in("bench@example.com")
            http = await stack.enter_async_context(httpx.AsyncClient(base_url=f"http://{ours.host}", timeout=60))
            member = Member(http, ours.host, session.bearer)
            baseline = await stack.enter_async_context(serving("tests.benchmarks.baseline", str(data.path)))
            project = await ready_project(member)
            # It makes its template more popular a moment later, which would come between two answers that are compared.
            await until(lambda: _are_all_counted(database))
            yield World(ours, baseline, member, project, folder)


async def _are_all_counted(database: Database) -> bool:
    return await database["projects"].find_one({"use_pending": True}) is None


async def _multiply_templates(database: Database) -> None:
    """Copies of the bundled templates, so that there is a long list."""
    collection = database["project_templates"]
    originals = await collection.find().to_list()
    copies = [
        {**originals[number % len(originals)], "_id": ObjectId(), "slug": f"copy-{number}", "source": "benchmark"}
        for number in range(TEMPLATES - len(originals))
    ]
    await collection.insert_many(copies)
