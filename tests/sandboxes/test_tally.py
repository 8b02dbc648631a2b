"""How failures are named."""

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.tally import SandboxTally


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (ProviderUnavailable("It is down."), "PROVIDER_UNAVAILABLE"),
        (TimeoutError(), "TIMEOUT"),
        (LookupError("a bug"), "INTERNAL"),
        (None, "GONE"),
    ],
)
def test_a_failure_has_a_reason_of_a_small_set(error: Exception | None, why: str) -> None:
    tally = SandboxTally()
    tally.failed(SandboxProviderName.LOCAL, "start", error)
    assert tally.failures == {(SandboxProviderName.LOCAL, "start", why): 1}
