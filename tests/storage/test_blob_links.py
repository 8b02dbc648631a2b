from datetime import timedelta
from pathlib import Path

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.kernel.errors import InvalidInput
from aura_gql.storage.backends.local import LocalBlobStore
from aura_gql.storage.blob_links import BlobLinks, LinkedBlob
from aura_gql.storage.errors import BlobCorrupted, BlobNotFound, LinkRefused
from aura_gql.storage.ports import BlobKey
from aura_gql.storage.signing import DOWNLOADS, LinkSigner

MISSING = LinkedBlob(BlobKey("projects/1", "0" * 64), 5, "a b.txt", "text/plain")


@pytest.fixture
def store(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path)


@pytest.fixture
def links(store: LocalBlobStore) -> BlobLinks:
    return BlobLinks(store, LinkSigner("a secret"), 600)


async def test_a_link_leads_to_its_blob(store: LocalBlobStore, links: BlobLinks) -> None:
    key = await store.put("projects/1", b"whole")
    blob = LinkedBlob(key, 5, "a b.txt", "text/plain")
    before = utcnow()
    link = await links.make("ada", blob, 60)
    assert link.blob == blob
    assert before + timedelta(seconds=59) <= link.expires_at <= utcnow() + timedelta(seconds=60)
    assert link.url.startswith(DOWNLOADS)
    claim = await links.claimed(link.url.removeprefix(DOWNLOADS))
    assert (claim.user_id, claim.filename, claim.content_type) == ("ada", "a b.txt", "text/plain")
    assert [piece async for piece in links.read(claim)] == [b"whole"]
    assert [piece async for piece in links.read(claim, 1, 2)] == [b"ho"]


async def test_what_a_link_leads_to_must_be_there_and_as_long(store: LocalBlobStore, links: BlobLinks) -> None:
    gone = (await links.make("ada", MISSING)).url.removeprefix(DOWNLOADS)
    with pytest.raises(BlobNotFound):
        await links.claimed(gone)
    with pytest.raises(LinkRefused):
        await links.claimed("gone")
    key = await store.put("projects/1", b"whole")
    longer = await links.make("ada", LinkedBlob(key, 6, "a", "text/plain"))
    with pytest.raises(BlobCorrupted):
        await links.claimed(longer.url.removeprefix(DOWNLOADS))


@pytest.mark.parametrize("expires_in_s", [0, -1, 601, 2**31])
async def test_a_link_lasts_a_bounded_time(links: BlobLinks, expires_in_s: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        await links.make("ada", MISSING, expires_in_s)
    assert refused.value.field == ("expiresInS",)
