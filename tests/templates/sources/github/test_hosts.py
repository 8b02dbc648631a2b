"""Where GitHub may send us on to."""

import httpx
import pytest

from aura_gql.templates.errors import TemplateSourceRefused
from aura_gql.templates.sources.github.hosts import GitHubHosts

PUBLIC = "https://api.github.com"
COMPANY = "https://git.example.com:8443/api/v3"
LOOPBACK = "http://127.0.0.1:7000"


@pytest.mark.parametrize(
    ("api", "location", "target"),
    [
        (PUBLIC, "https://codeload.github.com/a/b", "https://codeload.github.com/a/b"),
        (PUBLIC, "https://CODELOAD.github.com:443/a/b?token=x", "https://codeload.github.com/a/b?token=x"),
        (PUBLIC, "/repositories/1/commits/main", "https://api.github.com/repositories/1/commits/main"),
        (COMPANY, "https://codeload.git.example.com/a", "https://codeload.git.example.com/a"),
        (COMPANY, "https://git.example.com/_codeload/a", "https://git.example.com/_codeload/a"),
        (COMPANY, "https://git.example.com:9000/a", "https://git.example.com:9000/a"),
        (LOOPBACK, "http://localhost:7001/a", "http://localhost:7001/a"),
        (LOOPBACK, "https://[::1]:7001/a", "https://[::1]:7001/a"),
    ],
)
def test_its_own(api: str, location: str, target: str) -> None:
    assert GitHubHosts(api).moved(httpx.URL(f"{api}/repos/a/b/tarball/c"), location) == httpx.URL(target)


@pytest.mark.parametrize(
    ("api", "location"),
    [
        (PUBLIC, "http://codeload.github.com/a"),
        (PUBLIC, "http://api.github.com/a"),
        (PUBLIC, "https://codeload.github.com:8443/a"),
        (PUBLIC, "https://api.github.com:8443/a"),
        (PUBLIC, "https://github.com/a"),
        (PUBLIC, "https://codeload.api.github.com/a"),
        (PUBLIC, "https://codeload.github.com.example.com/a"),
        (PUBLIC, "https://codeload.github.com./a"),
        (PUBLIC, "https://codeload.github.com@example.com/a"),
        (PUBLIC, "https://me:secret@codeload.github.com/a"),
        (PUBLIC, "https://me:secret@api.github.com/a"),
        (PUBLIC, "https://example.com\\@codeload.github.com/a"),
        (PUBLIC, "//169.254.169.254/latest/meta-data"),
        (PUBLIC, "http://127.0.0.1:27017/"),
        (COMPANY, "http://git.example.com:8443/a"),
        (COMPANY, "https://codeload.github.com/a"),
        (COMPANY, "https://example.com/a"),
        (COMPANY, "https://evil.git.example.com/a"),
        (LOOPBACK, "http://169.254.169.254/a"),
        (LOOPBACK, "http://127.0.0.2:7001/a"),
    ],
)
def test_foreign(api: str, location: str) -> None:
    with pytest.raises(TemplateSourceRefused, match=r"not its own|no address") as refused:
        GitHubHosts(api).moved(httpx.URL(f"{api}/repos/a/b/tarball/c"), location)
    assert "secret" not in refused.value.message


@pytest.mark.parametrize(
    "location",
    [
        "",
        "file:///etc/passwd",
        "ftp://codeload.github.com/a",
        "https://[::1",
        "javascript:x",
        "https://codeload.github.com:99999999/a",
        "https://codeload.github.com/" + "a" * 5000,
        "https://\x00/a",
        "https://xn--zz/a",
    ],
)
def test_no_address(location: str) -> None:
    with pytest.raises(TemplateSourceRefused, match=r"what is no address|not its own"):
        GitHubHosts(PUBLIC).moved(httpx.URL(f"{PUBLIC}/a"), location)


@pytest.mark.parametrize("location", ["https://git.example.com:65536/a", "https://git.example.com:-1/a"])
def test_no_port(location: str) -> None:
    with pytest.raises(TemplateSourceRefused, match="no address"):
        GitHubHosts(COMPANY).moved(httpx.URL(f"{COMPANY}/a"), location)


@pytest.mark.parametrize("api", ["https://\x7f", "https://xn--zz", "http://localhost:70000", "ftp://example.com", "x"])
def test_an_api_that_is_nowhere(api: str) -> None:
    with pytest.raises(TemplateSourceRefused, match="GITHUB_API_URL is no address"):
        GitHubHosts(api)


@pytest.mark.parametrize(
    ("url", "is_api"),
    [
        ("https://git.example.com:8443/anything", True),
        ("https://git.example.com/api/v3", False),
        ("http://git.example.com:8443/api/v3", False),
        ("https://codeload.git.example.com:8443/a", False),
    ],
)
def test_the_token_is_for_one_origin(url: str, is_api: bool) -> None:
    assert GitHubHosts(COMPANY).has(httpx.URL(url)) is is_api


def test_a_port_that_goes_without_saying() -> None:
    assert GitHubHosts(PUBLIC).has(httpx.URL("https://api.github.com:443/a"))
    assert not GitHubHosts(LOOPBACK).has(httpx.URL("http://localhost:7000/a"))
