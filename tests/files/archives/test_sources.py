"""An archive of the request is known by its bytes."""

from aura_gql.files.archives.sources import SentArchive
from tests.files.archives.room import Brought


async def test_what_was_sent_is_there() -> None:
    brought = Brought(b"bytes")
    source = SentArchive(brought)
    assert source.fingerprint == brought.sha256
    assert await source.open() is brought
    await source.discard()
