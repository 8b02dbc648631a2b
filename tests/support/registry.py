"""A package index and an npm registry with one small package each, which speak just enough for pip and npm."""

import asyncio
import base64
import contextlib
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

HOST = "registry.example"
WHEEL = "aura_tiny-1.2.0-py3-none-any.whl"


@dataclass
class Registry:
    """Answers by path, and what was asked for."""

    port: int = 0
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address, by a name that nobody has."""
        return f"http://{HOST}:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            path = head.split(b" ")[1].decode()
            self.asked.append(path)
            kind, body = self.files.get(path, ("", b""))
            status = "200 OK" if kind else "404 Not Found"
            answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind or 'text/plain'}\r\nContent-Length: {len(body)}\r\n\r\n"
            writer.write(answer.encode() + body)
            await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def registry() -> AsyncIterator[Registry]:
    """A registry on the loopback for as long as the block takes: `aura-tiny` 1.2.0, in both languages."""
    found = Registry()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    found.files = {
        "/simple/aura-tiny/": ("text/html", f'<a href="/files/{WHEEL}">{WHEEL}</a>'.encode()),
        f"/files/{WHEEL}": ("application/octet-stream", _wheel()),
        "/aura-tiny": ("application/json", _packument(found.url)),
        "/files/aura-tiny-1.2.0.tgz": ("application/octet-stream", _tarball()),
    }
    async with server:
        yield found


def _wheel() -> bytes:
    content = io.BytesIO()
    info = "aura_tiny-1.2.0.dist-info"
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("aura_tiny.py", "def greet():\n    return 'hello from a wheel'\n")
        archive.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: aura-tiny\nVersion: 1.2.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{info}/RECORD", f"aura_tiny.py,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
    return content.getvalue()


def _tarball() -> bytes:
    content = io.BytesIO()
    manifest = {"name": "aura-tiny", "version": "1.2.0", "main": "index.js", "scripts": {"install": "touch ran"}}
    files = {"package.json": json.dumps(manifest), "index.js": "exports.greet = () => 'hello from a tarball'\n"}
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in files.items():
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text.encode()))
    return content.getvalue()


def _packument(url: str) -> bytes:
    digest = base64.b64encode(hashlib.sha512(_tarball()).digest()).decode()
    dist = {"tarball": f"{url}/files/aura-tiny-1.2.0.tgz", "integrity": f"sha512-{digest}"}
    version = {"name": "aura-tiny", "version": "1.2.0", "dist": dist}
    return json.dumps({"name": "aura-tiny", "dist-tags": {"latest": "1.2.0"}, "versions": {"1.2.0": version}}).encode()
