"""What the proxies of all sandboxes of a provider share, and the making of one."""

from aura_gql.sandboxes.providers.local.egress.errand import EgressTimes
from aura_gql.sandboxes.providers.local.egress.proxy import EgressProxy
from aura_gql.sandboxes.providers.local.egress.resolver import Resolver, SystemResolver
from aura_gql.sandboxes.providers.local.machine import Machine
from aura_gql.sandboxes.tally import EgressTally
from aura_gql.sandboxes.values import SandboxSpec


class EgressProxies:
    """Gives sandboxes their proxies. Nothing is looked up and no thread is there before one has been used."""

    def __init__(
        self, tally: EgressTally | None = None, resolver: Resolver | None = None, times: EgressTimes | None = None
    ) -> None:
        self._tally = tally or EgressTally()
        self._resolver = resolver or SystemResolver()
        self._times = times or EgressTimes()

    async def open(self, spec: SandboxSpec, machine: Machine) -> EgressProxy | None:
        """The proxy of a machine in which nothing has run; None where its spec wants no network.

        Raises ProviderUnavailable, SandboxGone.
        """
        if spec.network is None:
            return None
        return await EgressProxy.open(spec.sandbox_id, machine, spec.network, self._resolver, self._tally, self._times)
