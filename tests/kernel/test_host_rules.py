"""Hosts and the rules that name them."""

import pytest

from aura_gql.kernel.host_rules import HostRule, is_address, split_host


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("Example.COM.", "example.com", None),
        ("a_b.example:8080", "a_b.example", 8080),
        ("192.0.2.1:1", "192.0.2.1", 1),
        ("[2001:DB8:0::1]", "2001:db8::1", None),
        ("[::1]:65535", "::1", 65535),
        ("localhost", "localhost", None),
    ],
)
def test_splits(text: str, host: str, port: int | None) -> None:
    assert split_host(text) == (host, port)


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "..", "a..b", "-a", "a-", "a b", "a/b", "a@b", "é.example", "::1", "[::1", "[1.2.3.4]",
        "[fe80::1%eth0]", "a:", "a:0", "a:65536", "a:x", "a:1:2", "[::1]1", "a" * 64, "a.example:٣", "a\n", "*",
    ],
)  # fmt: skip
def test_refuses_what_names_no_host(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        split_host(text)


def test_an_exact_name_covers_itself_on_the_ports_of_the_web() -> None:
    rule = HostRule.parse("Example.com")
    assert rule.covers("example.com", 443)
    assert rule.covers("example.com", 80)
    assert not rule.covers("example.com", 22)
    assert not rule.covers("www.example.com", 443)
    assert not rule.covers("badexample.com", 443)


def test_a_suffix_covers_what_is_below_it_alone() -> None:
    rule = HostRule.parse("*.example.com:8443")
    assert rule.covers("a.example.com", 8443)
    assert rule.covers("a.b.example.com", 8443)
    assert not rule.covers("example.com", 8443)
    assert not rule.covers("badexample.com", 8443)
    assert not rule.covers("a.example.com", 443)


@pytest.mark.parametrize("text", ["*", "*.", "*.*.a", "*.192.0.2.1", "a.*.b", "a*"])
def test_rules_that_would_cover_too_much(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        HostRule.parse(text)


def test_tells_addresses_from_names() -> None:
    assert is_address("192.0.2.1")
    assert is_address("::1")
    assert not is_address("192.0.2.1.example")
