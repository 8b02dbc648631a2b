"""Having a server take its templates from GitHub."""

from tests.support.api import Data, Member
from tests.support.waiting import until

_SYNC = "mutation { syncTemplates(input: {}) { sync { id } errors { code message } } }"
_LATEST = "{ templateSync { id status failure { code message } } }"


async def synced(administrator: Member) -> Data:
    """The sync that an administrator asked for, once it has succeeded; AssertionError where it fails."""
    payload = (await administrator.execute(_SYNC))["syncTemplates"]
    assert payload["errors"] == []

    async def ended() -> Data | None:
        sync: Data = (await administrator.execute(_LATEST))["templateSync"]
        return sync if sync["status"] not in ("QUEUED", "RUNNING") else None

    sync = await until(ended)
    assert sync is not None
    assert (sync["id"], sync["status"]) == (payload["sync"]["id"], "SUCCEEDED"), sync
    return sync
