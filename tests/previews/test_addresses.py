"""URLs of previews."""

import pytest

from aura_gql.previews.addresses import PreviewAddresses

TOKEN = "abcdefgh234567" + "z" * 18


@pytest.mark.parametrize(
    ("addresses", "url"),
    [
        (PreviewAddresses("http", "localhost", 8001), f"http://{TOKEN}.localhost:8001/"),
        (PreviewAddresses("http", "localhost", 80), f"http://{TOKEN}.localhost/"),
        (PreviewAddresses.from_template("https://{token}.a.example"), f"https://{TOKEN}.a.example/"),
        (PreviewAddresses.from_template("https://{token}.a.example:8443"), f"https://{TOKEN}.a.example:8443/"),
    ],
)
def test_makes_urls_and_finds_tokens_in_them(addresses: PreviewAddresses, url: str) -> None:
    assert addresses.url_of(TOKEN) == url
    host = url.split("/")[2]
    assert addresses.token_in(host) == TOKEN
    assert addresses.token_in(host.upper()) == TOKEN


def test_other_hosts_have_none() -> None:
    addresses = PreviewAddresses("https", "a.example", 443)
    for host in ("", TOKEN, "a.example", f"x.{TOKEN}.a.example", f"{TOKEN}.b.example", f"{TOKEN}.a.example.", "[::1]"):
        assert addresses.token_in(host) is None
