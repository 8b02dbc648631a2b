"""Single requests to GitHub: bounded in time, tried again where it may help, never sent on to strangers.

Nothing of the HTTP library leaves this package, and no message has more of an address than its host: that of an archive
of a private repository carries a token.
"""

import asyncio
import random
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Final, TypeVar

import httpx
from pydantic import SecretStr

from aura_gql import __version__
from aura_gql.kernel.clock import utcnow
from aura_gql.templates.errors import TemplateSourceRefused, TemplatesRateLimited, TemplatesUnavailable
from aura_gql.templates.sources.github.hosts import GitHubHosts
from aura_gql.templates.sources.github.refusals import PassingTrouble, refusal, spent_until
from aura_gql.templates.sources.github.values import GitHubLimits

_MAX_REDIRECTS: Final = 3
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_ANSWERS: Final = frozenset({200, 304})
_REFUSAL_BYTES: Final = 8192
_HEADERS: Final = {
    "accept": "application/vnd.github+json",
    # An archive is packed as it is; unpacked on its way it could be of any size.
    "accept-encoding": "identity",
    "user-agent": f"aura-gql/{__version__}",
    "x-github-api-version": "2022-11-28",
}
# No proxy of this host's environment leads to the host itself.
_UNPROXIED: Final = dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]"))

ResultT = TypeVar("ResultT")
Read = Callable[[httpx.Response], Awaitable[ResultT]]


@dataclass(frozen=True, slots=True)
class _Moved:
    location: str


class GitHubExchange:
    """Asks one GitHub. Once it has had enough of us, only who `insists` asks it before the time that it told."""

    def __init__(self, api_url: str, token: SecretStr | None, limits: GitHubLimits) -> None:
        self._api_url = api_url
        self._token = token
        self._limits = limits
        self._not_before: datetime | None = None

    async def get(
        self, path: str, read: Read[ResultT], headers: Mapping[str, str] | None = None, *, insists: bool = False
    ) -> ResultT:
        """What `read` gives for the answer (200 or 304) at `path` below the API's address.

        `read` is called anew for each attempt, and PassingTrouble of its own counts as the network's. Errors are
        TemplatesRateLimited, TemplateRepositoryNotFound, TemplateSourceRefused, and TemplatesUnavailable for the rest.
        """
        hosts = self._hosts
        if not insists:
            self._refuse_early()
        asked = {**_HEADERS, **(headers or {})}
        async with self._bounded():
            url = httpx.URL(self._api_url + path)
            for _ in range(_MAX_REDIRECTS + 1):
                async with self._client(url) as client:
                    answer = await self._tried(client, url, asked, read)
                if not isinstance(answer, _Moved):
                    return answer
                url = hosts.moved(url, answer.location)
        raise TemplateSourceRefused(f"{hosts.name} sends us on more than {_MAX_REDIRECTS} times.")

    @cached_property
    def _hosts(self) -> GitHubHosts:
        # Only when asked: a wrong address is no reason not to serve.
        return GitHubHosts(self._api_url)

    def _refuse_early(self) -> None:
        if self._not_before is not None and utcnow() < self._not_before:
            message = f"{self._hosts.name} is not to be asked yet: our requests are used up."
            raise TemplatesRateLimited(message, self._not_before)

    @asynccontextmanager
    async def _bounded(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._limits.total_s):
                yield
        except TimeoutError:
            message = f"{self._hosts.name} took longer than {self._limits.total_s:g} seconds."
            raise TemplatesUnavailable(message) from None

    @asynccontextmanager
    async def _client(self, url: httpx.URL) -> AsyncIterator[httpx.AsyncClient]:
        """For one host: without TLS nobody is trusted, which spares reading the certificates of all authorities."""
        timeout = httpx.Timeout(self._limits.idle_s, connect=self._limits.connect_s)
        trusted = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        try:
            if url.scheme == "https":
                trusted = await asyncio.to_thread(httpx.create_ssl_context)
            client = httpx.AsyncClient(verify=trusted, timeout=timeout, mounts=_UNPROXIED, cookies=_no_cookies())
        except (ImportError, OSError, ValueError, httpx.InvalidURL) as error:
            message = f"This host's proxy or certificates can't be used ({type(error).__name__})."
            raise TemplatesUnavailable(message) from None
        async with client:
            yield client

    async def _tried(
        self, client: httpx.AsyncClient, url: httpx.URL, headers: Mapping[str, str], read: Read[ResultT]
    ) -> ResultT | _Moved:
        for attempt in range(1, self._limits.attempts):
            try:
                return await self._ask(client, url, headers, read)
            except PassingTrouble:
                await asyncio.sleep(self._limits.first_pause_s * 2**attempt * random.uniform(0.25, 0.5))  # noqa: S311
        return await self._ask(client, url, headers, read)

    async def _ask(
        self, client: httpx.AsyncClient, url: httpx.URL, headers: Mapping[str, str], read: Read[ResultT]
    ) -> ResultT | _Moved:
        try:
            async with client.stream("GET", url, headers={**headers, **self._credentials(url)}) as response:
                return await self._understood(response, read)
        except httpx.TimeoutException:
            raise PassingTrouble(f"{url.host} does not answer in time.") from None
        except httpx.TransportError as error:
            raise PassingTrouble(f"{url.host} can't be reached, or hangs up ({type(error).__name__}).") from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise TemplatesUnavailable(f"{url.host} can't be asked ({type(error).__name__}).") from None

    async def _understood(self, response: httpx.Response, read: Read[ResultT]) -> ResultT | _Moved:
        status, headers = response.status_code, response.headers
        if self._hosts.has(response.url):
            self._not_before = spent_until(headers)
        if status in _REDIRECTS:
            return _Moved(headers.get("location", ""))
        if status in _ANSWERS:
            return await read(response)
        body = await beginning(response, _REFUSAL_BYTES) if status == 403 else b""
        error = refusal(status, headers, body, response.url.host)
        if isinstance(error, TemplatesRateLimited):
            self._not_before = error.retry_at
        raise error

    def _credentials(self, url: httpx.URL) -> Mapping[str, str]:
        if self._token is None or not self._hosts.has(url):
            return {}
        token = self._token.get_secret_value().strip()
        # The HTTP library would tell it in its complaint.
        if not token.isascii() or not token.isprintable() or " " in token:
            raise TemplateSourceRefused("GITHUB_TOKEN has characters that no token has.")
        return {"authorization": f"Bearer {token}"}


def _no_cookies() -> CookieJar:
    """A jar that keeps none: not every one that is sent can be sent back."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=[]))


async def beginning(response: httpx.Response, most: int) -> bytes:
    """The first bytes of a body, `most` at most; what came of one that is cut off."""
    read = b""
    with suppress(httpx.TransportError):
        async for piece in response.aiter_raw():
            read += piece
            if len(read) >= most:
                break
    return read[:most]
