"""A local provider that tells what it was asked to make."""

from pathlib import Path

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.provider import LocalProvider
from aura_gql.sandboxes.providers.local.sandbox import LocalSandbox
from aura_gql.sandboxes.values import SandboxSpec


class CountedProvider(LocalProvider):
    """The local provider, which counts what it is asked to make and for which language, and can be away."""

    asked = 0
    is_away = False

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.kinds = list[str | None]()

    async def create(self, spec: SandboxSpec) -> LocalSandbox:
        self.asked += 1
        self.kinds.append(spec.language)
        if self.is_away:
            raise ProviderUnavailable("It is away.")
        return await super().create(spec)
