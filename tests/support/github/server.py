"""GitHub on loopback, in a thread of its own: for tests of any kind, and for commands that they start."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

import uvicorn

from tests.support.github.archives import repository_archive
from tests.support.github.endpoints import Endpoints
from tests.support.github.snapshot import SNAPSHOT_COMMIT, snapshot
from tests.support.github.starters import OWN_STARTERS
from tests.support.github.state import GitHubState

_START_S = 30.0


class LoopbackGitHub:
    """Listens within its context, `with` or as a fixture; `state` is what it holds, was asked and does wrong.

    Its API is at `localhost`, its archives are at `127.0.0.1`: two hosts, as GitHub's are. With a `certificate`, a file
    that has its key too, both are reached over https.
    """

    def __init__(self, state: GitHubState, certificate: Path | None = None) -> None:
        self.state = state
        self._scheme = "http" if certificate is None else "https"
        self._api, self._archives = _listener(), _listener()
        self._endpoints = Endpoints(state, lambda: self.archives_url)
        self._servers = [_server(self._endpoints, kind, certificate) for kind in ("api", "archives")]
        self._thread = threading.Thread(target=self._run, name="loopback-github", daemon=True)

    @property
    def url(self) -> str:
        """Where its API is: GITHUB_API_URL."""
        return f"{self._scheme}://localhost:{_port(self._api)}"

    @property
    def archives_url(self) -> str:
        """Where its archives are."""
        return f"{self._scheme}://127.0.0.1:{_port(self._archives)}"

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs in its environment to take this for GitHub."""
        return {
            "GITHUB_API_URL": self.url,
            "TEMPLATE_REPOSITORY": self.state.repository,
            "TEMPLATE_REF": self.state.ref,
        }

    def __enter__(self) -> Self:
        # Both listen already, so whoever connects before they serve waits.
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for server in self._servers:
            server.should_exit = server.force_exit = True
        self._thread.join(_START_S)
        assert not self._thread.is_alive()
        self._api.close()
        self._archives.close()

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        api, archives = self._servers
        await asyncio.gather(api.serve(sockets=[self._api]), archives.serve(sockets=[self._archives]))


@contextmanager
def loopback_github(
    archive: bytes | None = None, commit: str | None = None, certificate: Path | None = None
) -> Iterator[LoopbackGitHub]:
    """A running GitHub with this archive; else with the snapshot where there is one; else with OWN_STARTERS."""
    path = snapshot()
    if archive is None and path is not None:
        archive, commit = path.read_bytes(), commit or SNAPSHOT_COMMIT
    state = GitHubState(archive if archive is not None else repository_archive(OWN_STARTERS))
    state.commit = commit or state.commit
    with LoopbackGitHub(state, certificate) as github:
        yield github


def _listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _port(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def _server(endpoints: Endpoints, kind: str, certificate: Path | None) -> uvicorn.Server:
    config = uvicorn.Config(
        endpoints.app(kind),
        loop="asyncio",
        lifespan="off",
        log_config=None,
        # Faults end their answers before their time, of which it would complain.
        log_level="critical",
        ssl_certfile=certificate,
    )
    return uvicorn.Server(config)
