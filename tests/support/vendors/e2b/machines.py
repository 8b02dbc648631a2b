"""A sandbox of the loopback E2B, as its API tells it."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.support.vendors.e2b.commands import RunningCommand
from tests.support.vendors.guests import Guest

HOME = "/home/user"
ENVD_VERSION = "0.6.13"
TEMPLATE_CPUS, TEMPLATE_MEMORY_MB, TEMPLATE_DISK_MB = 2, 512, 1024


@dataclass(eq=False)
class Machine:
    """`wish` is the body that it was created by. `ended` holds how commands ended whose pid may still be asked for."""

    guest: Guest
    wish: Mapping[str, Any]
    started_at: datetime
    end_at: datetime
    id: str = field(default_factory=lambda: f"i{secrets.token_hex(10)}")
    access_token: str = field(default_factory=lambda: secrets.token_hex(20))
    traffic_token: str = field(default_factory=lambda: secrets.token_hex(20))
    is_paused: bool = False
    timer: asyncio.TimerHandle | None = None
    commands: dict[int, RunningCommand] = field(default_factory=dict)
    ended: dict[int, RunningCommand] = field(default_factory=dict)

    @property
    def metadata(self) -> Mapping[str, str]:
        """Its labels."""
        labels: Mapping[str, str] = self.wish.get("metadata") or {}
        return labels

    @property
    def variables(self) -> Mapping[str, str]:
        """What each of its commands has in its environment."""
        variables: Mapping[str, str] = self.wish.get("envVars") or {}
        return variables

    @property
    def state(self) -> str:
        """In the word of the API."""
        return "paused" if self.is_paused else "running"

    def connection(self) -> dict[str, object]:
        """The model `Sandbox`: what a client needs to talk to it."""
        return {
            "templateID": self.wish["templateID"],
            "alias": self.wish["templateID"],
            "sandboxID": self.id,
            "clientID": "loopback",
            "envdVersion": ENVD_VERSION,
            "envdAccessToken": self.access_token,
            "trafficAccessToken": self.traffic_token,
            "domain": None,
        }

    def listed(self) -> dict[str, object]:
        """The model `ListedSandbox`, which `SandboxDetail` has as well."""
        return {
            "templateID": self.wish["templateID"],
            "alias": self.wish["templateID"],
            "sandboxID": self.id,
            "clientID": "loopback",
            "startedAt": self.started_at.isoformat(),
            "endAt": self.end_at.isoformat(),
            "envdVersion": ENVD_VERSION,
            "cpuCount": TEMPLATE_CPUS,
            "memoryMB": TEMPLATE_MEMORY_MB,
            "diskSizeMB": TEMPLATE_DISK_MB,
            "state": self.state,
            "metadata": dict(self.metadata),
        }

    def detail(self) -> dict[str, object]:
        """The model `SandboxDetail`."""
        lifecycle = {"autoResume": False, "onTimeout": "pause" if self.wish.get("autoPause") else "kill"}
        told = {"envdAccessToken": self.access_token, "domain": None, "lifecycle": lifecycle}
        return {**self.listed(), **told, "allowInternetAccess": self.wish.get("allowInternetAccess")}

    def find(self, pid: int) -> RunningCommand | None:
        """A command that runs, by its pid."""
        return self.commands.get(pid)

    def drop_streams(self) -> None:
        """Break the connections to all its commands, which may go on."""
        for command in self.commands.values():
            command.drop(f"the connection to sandbox {self.id} ended before the stream completed")
