"""Runs `aura-gql` as its users do: in a process of its own, with no setting but those given."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.support.env_example import groups

READY = re.compile(r"^Aura GraphQL is ready at (http://\S+)/graphql$")
_TIMEOUT_S = 90.0


def clean_environment(**settings: str) -> dict[str, str]:
    """This process's environment without our settings but where the embedded MongoDB is, and with those given."""
    ours = {name.upper() for group in groups() for name in group.model_fields} - {"AURA_MONGOD"}
    kept = {name: value for name, value in os.environ.items() if name.upper() not in ours}
    # Nobody looks at GitHub but a test that has one of its own.
    never = {"TEMPLATE_SYNC_INTERVAL_S": "0", "GITHUB_API_URL": "http://localhost:9"}
    return {**kept, "PYTHONPATH": str(Path(__file__).parents[2]), **never, **settings}


def aura_gql(
    *arguments: str | Path, cwd: Path, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "aura_gql", *arguments],
        cwd=cwd,
        env=clean_environment(**(settings or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=_TIMEOUT_S,
        check=False,
    )


@dataclass(frozen=True, slots=True)
class RunningServer:
    """A server that has said that it is ready. `log` fills with what it writes to stderr."""

    url: str
    process: subprocess.Popen[str]
    log: list[str]
    reader: threading.Thread

    def stop(self, number: int = signal.SIGINT) -> int:
        """Send the signal and wait until it has ended and its log is whole; the exit code."""
        self.process.send_signal(number)
        exit_code = self.process.wait(timeout=_TIMEOUT_S)
        self.reader.join(_TIMEOUT_S)
        return exit_code


@contextmanager
def starting(
    *arguments: str | Path, cwd: Path, settings: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """`aura-gql dev` or `serve` on a free port, as soon as its process is there; killed if it is still at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", "aura_gql", *arguments, "--port", "0"],
        cwd=cwd,
        env=clean_environment(**(settings or {})),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


@contextmanager
def running(*arguments: str | Path, cwd: Path, settings: Mapping[str, str] | None = None) -> Iterator[RunningServer]:
    """The same from its ready line on."""
    with starting(*arguments, cwd=cwd, settings=settings) as process:
        log: list[str] = []
        reader = threading.Thread(target=lambda: log.extend(process.stderr or ()), daemon=True)
        reader.start()
        try:
            first = process.stdout.readline() if process.stdout else ""
            ready = READY.match(first)
            if ready is None:
                process.kill()
                reader.join()
                raise AssertionError(f"It said {first!r} and then:\n{''.join(log)}")
            yield RunningServer(ready[1], process, log, reader)
        finally:
            if process.poll() is None:
                process.kill()
            reader.join()
