"""A real S3 server for the tests, SeaweedFS: it checks signatures, digests and lengths, over http and https."""

import asyncio
import json
import os
import shutil
import socket
import ssl
import sys
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

from aura_gql.kernel.errors import StorageUnavailable
from aura_gql.storage.backends.s3 import S3BlobStore
from aura_gql.storage.backends.s3.values import Bucket, Tuning
from tests.storage.s3_stores import RawBucket
from tests.support.waiting import until

_HOST = "127.0.0.1"
_PARTS = ("master", "volume", "filer", "s3")
_START_S = 60.0
_IDENTITY = {
    "name": "tests",
    "credentials": [{"accessKey": "testkey", "secretKey": "testsecret123"}],
    "actions": ["Admin", "Read", "Write", "List", "Tagging"],
}

# Linux kills it when the thread that spawned it ends.
_LAUNCHER = (
    "import ctypes, os, signal, sys; ctypes.CDLL(None).prctl(1, signal.SIGKILL); "
    "os.getppid() == int(sys.argv[1]) or os._exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


def seaweed_program() -> str | None:
    """Where `weed` is, if it is anywhere."""
    return shutil.which("weed", path=f"{Path(sys.executable).parent}{os.pathsep}{os.defpath}")


needs_seaweed = pytest.mark.skipif(seaweed_program() is None, reason="needs weed: no wheel for this platform")


@dataclass(frozen=True, slots=True)
class Seaweed:
    """A running server with one empty bucket in it."""

    http_url: str
    https_url: str
    ca_file: Path

    def bucket(self, endpoint_url: str | None = None, key_prefix: str = "") -> Bucket:
        """The bucket, over http unless another way to it is told. Public authorities are many, and slow to read."""
        url = endpoint_url or self.http_url
        return Bucket("blobs", url, "testkey", "testsecret123", key_prefix, "us-east-1", self.ca_file)

    def tls(self) -> ssl.SSLContext:
        """What another server of this host needs to have the same certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file.with_name("cert.pem"), self.ca_file.with_name("key.pem"))
        return context

    def trust(self) -> ssl.SSLContext:
        """What a browser has to trust to come over https."""
        return ssl.create_default_context(cafile=self.ca_file)


@asynccontextmanager
async def running_seaweed(folder: Path) -> AsyncIterator[Seaweed]:
    """A server that keeps its things in `folder`. It is killed in the end, and in any case with this thread."""
    (folder / "s3.json").write_text(json.dumps({"identities": [_IDENTITY]}))
    *ports, https_port = _free_ports(2 * len(_PARTS) + 1)
    seaweed = Seaweed(f"http://{_HOST}:{ports[-2]}", f"https://{_HOST}:{https_port}", _certify(folder))
    command = [seaweed_program() or "weed", *_options(folder, ports, https_port)]
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command]
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *launcher, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env={"HOME": str(folder)}
        )
    try:
        await until(lambda: _listens(ports[-2]), _START_S)
        await _make_bucket(seaweed.bucket())
        yield seaweed
    finally:
        process.kill()  # Asked politely, it waits for half a minute.
        await process.wait()


def _options(folder: Path, ports: list[int], https_port: int) -> list[str]:
    kinds = [f"-{part}.port{kind}" for part in _PARTS for kind in ("", ".grpc")]
    parts = [f"{kind}={port}" for kind, port in zip(kinds, ports, strict=True)]
    certificate = [f"-s3.port.https={https_port}", f"-s3.cert.file={folder}/cert.pem", f"-s3.key.file={folder}/key.pem"]
    unused = ["-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-metricsPort=0", "-master.telemetry=false"]
    small = ["-volume.max=20", "-master.volumeSizeLimitMB=64", "-master.volumePreallocate=false"]
    s3 = [
        "-s3",
        "-s3.allowedOrigins=https://console.example.com",
        f"-s3.config={folder}/s3.json",
        "-s3.autoCreateBucket=false",
    ]
    return ["server", f"-ip={_HOST}", f"-ip.bind={_HOST}", f"-dir={folder}", *parts, *certificate, *unused, *small, *s3]


def _certify(folder: Path) -> Path:
    """An authority of our own and its certificate for loopback; the authority's file."""
    authority = trustme.CA()
    certificate = authority.issue_cert(_HOST)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    certificate.cert_chain_pems[0].write_to_path(folder / "cert.pem")
    return folder / "ca.pem"


def _free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for free in sockets:
            free.bind((_HOST, 0))
        return [int(free.getsockname()[1]) for free in sockets]


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex((_HOST, port)) == 0


async def _make_bucket(bucket: Bucket) -> None:
    """Make it, and wait until something can be written into it: there is no room at first."""
    raw, store = RawBucket(bucket), S3BlobStore(bucket, Tuning(max_attempts=1))

    async def works() -> bool:
        try:
            await raw.make()
            await store.check()
        except StorageUnavailable:
            return False
        return True

    await until(works, _START_S)
    await raw.close()
    await store.close()
