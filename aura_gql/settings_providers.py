"""The settings of those who run sandboxes elsewhere, and of who runs them where nobody says."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.settings_groups import Group
from aura_gql.settings_types import Count, HttpUrl, ImageWords, Seconds, Secret, SizePrices

_Label = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$")]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
_DAY_S = 24 * 3600


class ProviderSettings(Group):
    """Providers of sandboxes: this host, and vendors by their keys. See docs/providers.md."""

    sandbox_provider: SandboxProviderName = Field(
        SandboxProviderName.LOCAL,
        description="Who runs the sandboxes of projects that name nobody: LOCAL, E2B or DAYTONA. It has to be on.",
    )
    sandbox_environment: _Label | None = Field(
        None,
        description="What tells this server's machines from those of other servers of the same account; all processes"
        " on one database have the same. Unset, ENVIRONMENT and a digest of the database's name and address.",
    )
    local_enabled: bool = Field(
        True, description="Whether sandboxes run on this host at all; where not, set SANDBOX_PROVIDER to a vendor."
    )
    local_price_microcents_per_s: SizePrices = Field(
        (),
        description="Millionths of a cent that the seconds of a local sandbox are charged with, each; unset, none.",
    )
    e2b_enabled: bool | None = Field(
        None, description="Whether E2B runs sandboxes, for which E2B_API_KEY is required; unset, where there is one."
    )
    e2b_api_key: Secret | None = Field(
        None, description="E2B's API key, for its sandboxes; the extra `e2b` has to be installed."
    )
    e2b_domain: _Name | None = Field(None, description="Domain of an E2B of your own; unset, the vendor's cloud.")
    e2b_api_url: HttpUrl | None = Field(None, description="Address of its API; unset, `api.` and the domain.")
    e2b_sandbox_url: HttpUrl | None = Field(
        None, description="Address of the one door to all its sandboxes; unset, each has a name in the domain."
    )
    e2b_templates: ImageWords = Field(
        (),
        description="Its templates by size and language, comma-separated: e.g. `default=base,python=py,large=base-8,"
        "python.large=py-8`; what has none gets `default`, else E2B's own.",
    )
    e2b_max_sessions: Count = Field(20, description="Most live sandboxes on E2B of all users and servers together.")
    e2b_lifetime_s: Seconds | None = Field(
        None, description="Seconds after which a sandbox on E2B ends in any case; unset, SANDBOX_LIFETIME_S."
    )
    e2b_max_lifetime_s: Seconds = Field(
        3600,
        description="Most seconds that the plan lets a sandbox run without a pause: 3600 for Hobby, 86400 for Pro.",
    )
    e2b_price_microcents_per_s: SizePrices = Field(
        (),
        description="Millionths of a cent that the seconds on E2B are charged with, each: `2778` is $0.10 an hour; or"
        " for each size, `small=1389,large=5556`.",
    )
    daytona_enabled: bool | None = Field(
        None, description="Whether Daytona runs sandboxes, for which DAYTONA_API_KEY is required; unset, likewise."
    )
    daytona_api_key: Secret | None = Field(
        None, description="Daytona's API key, for its sandboxes; the extra `daytona` has to be installed."
    )
    daytona_api_url: HttpUrl | None = Field(
        None, description="Address of the API of a Daytona of your own; unset, the vendor's cloud."
    )
    daytona_target: _Name | None = Field(None, description="Region of its sandboxes, e.g. `eu`; unset, the account's.")
    daytona_snapshots: ImageWords = Field(
        (), description="Its snapshots by size and language, as in E2B_TEMPLATES; without any, Daytona's own."
    )
    daytona_can_pause: bool = Field(
        False, description="Whether its snapshots are of a class whose machines can be paused, as `linux-vm` ones can."
    )
    daytona_max_sessions: Count = Field(
        20, description="Most live sandboxes on Daytona of all users and servers together."
    )
    daytona_lifetime_s: Seconds | None = Field(
        None, description="Seconds after which a sandbox on Daytona ends in any case; unset, SANDBOX_LIFETIME_S."
    )
    daytona_max_lifetime_s: Seconds = Field(
        30 * _DAY_S, description="Most seconds that a sandbox may run there, by whatever was agreed with the vendor."
    )
    daytona_price_microcents_per_s: SizePrices = Field(
        (), description="Millionths of a cent that the seconds on Daytona are charged with, likewise."
    )

    @property
    def enabled(self) -> Sequence[SandboxProviderName]:
        """Who runs sandboxes."""
        vendors = {
            SandboxProviderName.LOCAL: self.local_enabled,
            SandboxProviderName.E2B: _is_on(self.e2b_enabled, self.e2b_api_key),
            SandboxProviderName.DAYTONA: _is_on(self.daytona_enabled, self.daytona_api_key),
        }
        return [name for name, is_on in vendors.items() if is_on]

    def gaps(self) -> list[str]:
        """What is missing or contradictory, a line each."""
        gaps = [
            f"{name}_API_KEY: is required beside {name}_ENABLED."
            for name, is_enabled, key in (
                ("E2B", self.e2b_enabled, self.e2b_api_key),
                ("DAYTONA", self.daytona_enabled, self.daytona_api_key),
            )
            if is_enabled and key is None
        ]
        if not gaps and self.sandbox_provider not in self.enabled:
            offered = ", ".join(self.enabled) or "nobody"
            gaps.append(f"SANDBOX_PROVIDER: {self.sandbox_provider} is not on; sandboxes are run by: {offered}.")
        return gaps


def _is_on(wanted: bool | None, key: Secret | None) -> bool:
    """A key is enough, unless its provider is switched off."""
    return key is not None if wanted is None else wanted
