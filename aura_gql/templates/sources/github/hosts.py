"""Where GitHub may send us on to, and where our token may go."""

from collections.abc import Callable
from typing import Final

import httpx

from aura_gql.templates.errors import TemplateSourceRefused

_PUBLIC_API: Final = "api.github.com"
_PUBLIC_ARCHIVES: Final = "codeload.github.com"
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"http": 80, "https": 443}
_MAX_LENGTH: Final = 4096
_MAX_PORT: Final = 65_535


class GitHubHosts:
    """The hosts of one GitHub, told by the address of its API; TemplateSourceRefused where that is none.

    The public one has its archives on a host of its own. Any other has them on the API's host, on whatever port, or on
    `codeload.` and that; there all names of loopback are one host. Only an API that is reached without TLS itself may
    send on to an address without it.
    """

    def __init__(self, api_url: str) -> None:
        api = _address(httpx.URL, api_url)
        if api is None:
            raise TemplateSourceRefused("GITHUB_API_URL is no address that can be asked.")
        self._api = api
        self._is_public = self._api.host == _PUBLIC_API

    @property
    def name(self) -> str:
        """The API's host, for people."""
        return self._api.host

    def has(self, url: httpx.URL) -> bool:
        """Whether `url` is the API's own origin: the only one that the token is for."""
        return (url.scheme, url.host, _port(url)) == (self._api.scheme, self._api.host, _port(self._api))

    def moved(self, url: httpx.URL, location: str) -> httpx.URL:
        """The address that `url` sends on to by its `location`; TemplateSourceRefused for a foreign one."""
        target = _address(url.join, location)
        if target is None:
            raise TemplateSourceRefused(f"{self.name} sends us on to what is no address.")
        if target.userinfo or not (self.has(target) or self._is_for_archives(target)):
            stranger = f"{target.scheme}://{target.host}"
            raise TemplateSourceRefused(f"{self.name} sends us on to {stranger}, which is not its own.")
        return target

    def _is_for_archives(self, url: httpx.URL) -> bool:
        if url.scheme not in {"https", self._api.scheme}:
            return False
        if self._is_public:
            return url.host == _PUBLIC_ARCHIVES and _port(url) == _PORTS["https"]
        return _one(url.host) in {_one(self._api.host), f"codeload.{self._api.host}"}


def _address(read: Callable[[str], httpx.URL], text: str) -> httpx.URL | None:
    """The address that `read` makes of a text; None where it is none that can be asked."""
    if not text or len(text) > _MAX_LENGTH:
        return None
    try:
        url = read(text)
        # A host that is no name complains only when it is asked for.
        is_one = url.host and url.scheme in _PORTS and 0 < (_port(url) or 0) <= _MAX_PORT
    except (httpx.InvalidURL, ValueError):
        return None
    return url if is_one else None


def _one(host: str) -> str:
    return "localhost" if host in _LOOPBACK else host


def _port(url: httpx.URL) -> int | None:
    return url.port or _PORTS.get(url.scheme)
