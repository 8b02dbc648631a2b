"""Trying what should fail, and telling the codes that come of it."""

from typing import Any

from tests.support.api import Member, Refused


async def ask(member: Member, query: str, **variables: Any) -> list[str]:
    """The codes of all errors of a query or a mutation, those on top or those in its payload."""
    try:
        data = await member.execute(query, **variables)
    except Refused as refused:
        return [error["extensions"]["code"] for error in refused.errors]
    return [error["code"] for payload in data.values() if payload for error in payload.get("errors", ())]


async def watch(member: Member, subscription: str, **variables: Any) -> list[str]:
    """The codes of all errors of a subscription that is followed to its end."""
    try:
        async for _ in member.subscribe(subscription, **variables):
            pass
    except Refused as refused:
        return [error["extensions"]["code"] for error in refused.errors]
    return []
