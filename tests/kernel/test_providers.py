"""The providers' names."""

from aura_gql.kernel.providers import SandboxProviderName


def test_a_name_is_its_word_in_the_api() -> None:
    assert [str(name) for name in SandboxProviderName] == ["LOCAL", "E2B", "DAYTONA"]
