"""Whose word counts."""

from aura_gql.web.previews.bounds import ProxyBounds


def test_trusts_the_networks_that_it_was_told() -> None:
    bounds = ProxyBounds(trusted_proxies=("10.0.0.0/8", "::1/128"))
    assert bounds.trusts("10.1.2.3")
    assert bounds.trusts("::1")
    for address in ("11.0.0.1", "", "a name"):
        assert not bounds.trusts(address)
    assert not ProxyBounds().trusts("127.0.0.1")
