"""One request over HTTP and its answer, for checks of what clients do without us."""

import asyncio
import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

_TIMEOUT_S = 30.0
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back: the status, the headers by their small names, and the first 64 KiB of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_success(self) -> bool:
        """Whether it was done as asked; a redirection says that it was not."""
        return self.status // 100 == 2


async def errand(
    method: str, url: str, headers: Mapping[str, str], body: bytes = b"", ca_file: Path | None = None
) -> Reply:
    """Ask, trusting the authorities of `ca_file` for https where it is given; OSError where nobody answers.

    Nothing is followed: a redirection is an answer.
    """
    return await asyncio.to_thread(partial(_errand, method, url, headers, body, ca_file))


def _errand(method: str, url: str, headers: Mapping[str, str], body: bytes, ca_file: Path | None) -> Reply:
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.netloc, ca_file)
    try:
        connection.request(method, f"{parts.path}?{parts.query}", body or None, dict(headers))
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, told, answer.read(_MOST_BYTES))
    except http.client.HTTPException as error:
        raise OSError(f"no HTTP answer ({type(error).__name__})") from error
    finally:
        connection.close()


def _connection(scheme: str, place: str, ca_file: Path | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(place, timeout=_TIMEOUT_S)
    return http.client.HTTPSConnection(place, timeout=_TIMEOUT_S, context=ssl.create_default_context(cafile=ca_file))
