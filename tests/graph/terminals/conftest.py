"""A user with a running sandbox, one for each module."""

import secrets

import pytest_asyncio

from tests.support.api import Api, Member
from tests.support.journeys import ready_project, running_sandbox


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(api: Api) -> Member:
    """Who owns the sandbox."""
    return await api.sign_in(f"owner-{secrets.token_hex(4)}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox(owner: Member) -> str:
    """Its id."""
    return await running_sandbox(owner, await ready_project(owner))
