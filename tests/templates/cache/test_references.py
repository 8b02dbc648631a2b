"""A verification sees whether the blobs that templates name are there."""

from pathlib import Path

from aura_gql.infra.mongo import Database
from aura_gql.storage.addressing import address
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.sweeping.documents import SWEEPING_DOCUMENTS
from aura_gql.storage.sweeping.records import SweepLimits
from aura_gql.storage.sweeping.sweeper import BlobSweeper
from aura_gql.storage.verifying.records import Trouble
from aura_gql.storage.verifying.service import StorageVerification
from aura_gql.templates.cache.references import TemplateReferences
from aura_gql.templates.service import TemplateService
from tests.support.mongo import init_documents
from tests.support.templates import FolderIntake, write_template


async def test_what_is_lost_is_told_and_nothing_is_swept(
    templates: TemplateService, intake: FolderIntake, folder: Path, blobs: LocalBlobStore, database: Database
) -> None:
    await init_documents(database, list(SWEEPING_DOCUMENTS))
    for content in (b"old", b"new"):
        write_template(folder, "one", files={"a": content, "b": b"both"})
        await intake.load()
    await blobs.put("templates", b"named by a project alone")
    rooms = [TemplateReferences()]
    sweeper = BlobSweeper(blobs, rooms, SweepLimits(grace_s=-60, wait_s=-60))
    report = await sweeper.take_turn()
    assert report is not None
    assert (report.looked_at, report.removed) == (0, 0)

    lost = address("templates", b"old")
    await blobs.delete(lost)
    verification = StorageVerification(blobs, rooms, [], sweeper, deep=True)
    [problem] = [problem async for problem in verification.problems()]
    assert (problem.trouble, problem.subject) == (Trouble.MISSING, f"templates/{lost.sha256}")
    assert problem.detail.startswith("a of revision ")
    assert verification.tally.named == 4
    assert await TemplateReferences().named("projects/1", [lost.sha256]) == set()
    assert await templates.read_file((await templates.get_by_slug("one")).id, "a") == b"new"
