"""How many requests GitHub still answers us."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

from aura_gql.templates.sources.github.exchange import beginning
from aura_gql.templates.sources.github.refusals import PassingTrouble

_MOST_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Allowance:
    """Of `limit` requests an hour, `left` until `resets_at`."""

    limit: int
    left: int
    resets_at: datetime


async def read_allowance(response: httpx.Response) -> Allowance:
    """What GitHub's answer about its limits says of the core API; PassingTrouble where it says nothing."""
    try:
        core: Any = json.loads(await beginning(response, _MOST_BYTES))["resources"]["core"]
        return Allowance(int(core["limit"]), int(core["remaining"]), datetime.fromtimestamp(core["reset"], UTC))
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        raise PassingTrouble(f"{response.url.host} answers with something else than its limits.") from None
