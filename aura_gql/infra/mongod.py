"""A real MongoDB server of our own: a replica set of one on loopback, in a folder, that dies with this process."""

import asyncio
import contextlib
import fcntl
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import IO

from aura_gql.infra.mongod_binary import EmbeddedMongodError, find_mongod
from aura_gql.infra.mongod_log import bound_log, last_words
from aura_gql.infra.mongod_replica import REPLICA_SET, become_primary

_HOST = "127.0.0.1"
_PORT_TRIES = 3
_STOP_TIMEOUT_S = 20.0
_POLL_S = 0.02

# Linux kills mongod when the thread that spawned it ends, kill -9 included; the journal makes that safe.
_LAUNCHER = (
    "import ctypes, os, signal, sys; ctypes.CDLL(None).prctl(1, signal.SIGKILL); "
    "os.getppid() == int(sys.argv[1]) or os._exit(1); os.execv(sys.argv[2], sys.argv[2:])"
)


class DataFolderInUse(EmbeddedMongodError):
    """Another process runs its MongoDB in this folder."""


class EmbeddedMongod:
    """One mongod over `data_dir`, which is its alone. Start it from the thread whose end may end it (the main thread).

    The port is kept from start to start while it is free. The log is `mongod.log` in the folder, at most about 16 MiB
    and one older piece of it.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        executable: Path | None = None,
        cache_gb: float = 0.25,
        start_timeout_s: float = 60.0,
    ) -> None:
        self._dir = data_dir.absolute()
        self._executable = executable
        self._cache_gb = cache_gb
        self._start_timeout_s = start_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._log_bound: asyncio.Task[None] | None = None

    @property
    def log_path(self) -> Path:
        """Where mongod writes its log."""
        return self._dir / "mongod.log"

    @property
    def pid(self) -> int | None:
        """The process id of the running mongod."""
        return self._process.pid if self._process else None

    @property
    def _db_path(self) -> Path:
        return self._dir / "db"

    async def start(self) -> str:
        """Start mongod, wait until it takes writes, and give its URI. Whatever a dead predecessor left is recovered.

        DataFolderInUse where a living process has the folder; EmbeddedMongodError, with mongod's last words, where it
        can't start.
        """
        self._db_path.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._take_lock()
        try:
            executable = find_mongod(self._executable, self._dir)
            await self._end_orphan()
            port = await self._start_somewhere(executable)
        except BaseException:
            await self.stop()
            raise
        self._log_bound = asyncio.create_task(bound_log(self.log_path))
        return f"mongodb://{_HOST}:{port}/?replicaSet={REPLICA_SET}"

    async def stop(self) -> None:
        """End mongod, politely at first, and free the folder. Safe to repeat."""
        if self._log_bound:
            self._log_bound.cancel()
            self._log_bound = None
        if self._process:
            await _end(self._process)
            self._process = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        if self._lock:
            raise EmbeddedMongodError("This EmbeddedMongod has been started already.")
        lock = (self._dir / "owner.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            owner = lock.read().strip() or "unknown"
            lock.close()
            raise DataFolderInUse(
                f"Another process (pid {owner}) is using {self._dir}; stop it, or choose another data folder."
            ) from None
        lock.truncate(0)
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        self._lock = lock

    async def _end_orphan(self) -> None:
        """Kill the mongod that a dead owner left on our folder, and nobody else's."""
        try:
            pid = int((self._db_path / "mongod.lock").read_text().strip())
        except (OSError, ValueError):
            return
        while self._is_ours(pid):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            await asyncio.sleep(_POLL_S)

    def _is_ours(self, pid: int) -> bool:
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return (b"--dbpath", os.fsencode(self._db_path)) in itertools.pairwise(words)

    async def _start_somewhere(self, executable: Path) -> int:
        """Start on the port of last time, or on another where somebody took it meanwhile; the port."""
        for _ in range(_PORT_TRIES):
            port = self._choose_port()
            if await self._start_at(executable, port):
                (self._dir / "mongod.port").write_text(f"{port}\n")
                return port
        raise EmbeddedMongodError(f"mongod found no free port on {_HOST}; its log is {self.log_path}.")

    def _choose_port(self) -> int:
        with contextlib.suppress(OSError, ValueError):
            port = int((self._dir / "mongod.port").read_text())
            if _is_free(port):
                return port
        with socket.socket() as probe:
            probe.bind((_HOST, 0))
            return int(probe.getsockname()[1])

    async def _start_at(self, executable: Path, port: int) -> bool:
        """Whether it runs; False where the port was taken under our hands."""
        if self.log_path.exists():
            shutil.move(self.log_path, self.log_path.with_suffix(".log.1"))
        self._process = self._spawn(executable, port)
        try:
            async with asyncio.timeout(self._start_timeout_s):
                await self._accepting(self._process, port)
                await become_primary(f"{_HOST}:{port}")
        except (TimeoutError, ChildProcessError) as error:
            words = last_words(self.log_path)
            await _end(self._process)
            self._process = None
            if isinstance(error, ChildProcessError) and "Address already in use" in words:
                return False
            why = "ended at once" if isinstance(error, ChildProcessError) else f"took over {self._start_timeout_s:g} s"
            raise EmbeddedMongodError(
                f"The embedded MongoDB ({executable}) could not start: it {why}. Mend that, or set DATABASE_URL to a "
                f"MongoDB of your own. Its last words, from {self.log_path}:\n{words}"
            ) from error
        return True

    def _spawn(self, executable: Path, port: int) -> subprocess.Popen[bytes]:
        command = [str(executable), "--dbpath", str(self._db_path), "--bind_ip", _HOST, "--port", str(port)]
        command += ["--replSet", REPLICA_SET, "--oplogSize", "128", "--wiredTigerCacheSizeGB", str(self._cache_gb)]
        # zlib is left out: releases before December 2025 leak memory through its header.
        command += ["--networkMessageCompressors", "snappy,zstd", "--nounixsocket", "--quiet"]
        command += ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=0"]
        command += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        if sys.platform == "linux":
            command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(os.getpid()), *command]
        with self.log_path.open("ab") as log:
            # A session of its own, so that Ctrl-C reaches us first and we stop it last.
            return subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    async def _accepting(self, process: subprocess.Popen[bytes], port: int) -> None:
        while process.poll() is None:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(_HOST, port)
                writer.close()
                return
            await asyncio.sleep(_POLL_S)
        raise ChildProcessError(process.returncode)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((_HOST, port))
        except (OSError, OverflowError):
            return False
    return True


async def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        async with asyncio.timeout(_STOP_TIMEOUT_S):
            while process.poll() is None:
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        pass
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
