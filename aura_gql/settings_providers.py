"""The settings of those who run sandboxes elsewhere."""

from pydantic import Field

from aura_gql.settings_groups import Group
from aura_gql.settings_types import Secret


class ProviderSettings(Group):
    """Keys of services outside; without its key, a service is not used."""

    e2b_api_key: Secret | None = Field(None, description="E2B's API key, for its sandboxes.")
    daytona_api_key: Secret | None = Field(None, description="Daytona's API key, for its sandboxes.")
