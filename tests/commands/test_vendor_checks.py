"""The doctor's look at vendors: their own words, which users never see."""

from pathlib import Path

from pydantic import SecretStr

from aura_gql.commands.findings import State
from aura_gql.commands.vendor_checks import check_vendors
from aura_gql.kernel.providers import SandboxProviderName
from tests.support.api import settings_for
from tests.support.vendors.places import place


async def test_a_key_that_is_taken_and_one_that_is_not(tmp_path: Path) -> None:
    async with place(SandboxProviderName.E2B) as cloud:
        (good,) = await check_vendors(settings_for(tmp_path, "none", providers=cloud.settings))
        wrong = {**cloud.settings, "e2b_api_key": SecretStr("e2b_wrong")}
        (refused,) = await check_vendors(settings_for(tmp_path, "none", providers=wrong))

    assert (good.subject, good.state) == ("Sandboxes E2B", State.OK)
    assert refused.state is State.WARNING
    assert "does not take the key (401)" in refused.detail
    assert "E2B_API_KEY" in refused.advice
    assert "e2b_wrong" not in refused.detail


async def test_one_that_is_not_there(tmp_path: Path) -> None:
    async with place(SandboxProviderName.E2B) as cloud:
        settings = settings_for(tmp_path, "none", providers=cloud.settings)
    (found,) = await check_vendors(settings)

    assert found.state is State.WARNING
    assert "can't be reached" in found.detail
