"""The sandboxes of the loopback Daytona: what is asked of one, where it is, and the clocks that end it."""

import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tests.support.vendors.daytona.clock import Clock, told
from tests.support.vendors.daytona.processes import Pty, Session
from tests.support.vendors.guests import Guest

Json = dict[str, Any]

HOME = "/home/daytona"
ORGANIZATION = "00000000-0000-4000-8000-000000000001"

_AUTO_STOP_MIN = 15
_AUTO_ARCHIVE_MIN = 7 * 24 * 60
# Of a whole sandbox these are left out where many are listed.
_WHOLE_ALONE = ("env", "kvm", "volumes")


@dataclass(slots=True, eq=False)
class Machine:
    """One sandbox. `asked` is the body of the request that made it; `state` a word of the API's."""

    asked: Json
    created_at: datetime
    toolbox_url: str
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    state: str = "creating"
    error_reason: str | None = None
    guest: Guest | None = None
    stopped_at: datetime | None = None
    destroy_at: datetime | None = None
    active_at: datetime | None = None
    updated_at: datetime | None = None
    auto_stop_min: int = _AUTO_STOP_MIN
    auto_delete_min: int = -1
    sessions: dict[str, Session] = field(default_factory=dict)
    ptys: dict[str, Pty] = field(default_factory=dict)
    preview_token: str = field(default_factory=lambda: secrets.token_hex(8))

    @classmethod
    def of(cls, asked: Json, clock: Clock, toolbox_url: str) -> "Machine":
        """A new one by the body of a request."""
        machine = cls(asked, clock.now(), toolbox_url)
        machine.auto_stop_min = _number(asked, "autoStopInterval", _AUTO_STOP_MIN)
        machine.auto_delete_min = _number(asked, "autoDeleteInterval", -1)
        machine.live_for(_number(asked, "ttlMinutes", 0), clock)
        machine.active_at = machine.updated_at = machine.created_at
        return machine

    @property
    def name(self) -> str:
        return str(self.asked.get("name") or self.id)

    @property
    def labels(self) -> Json:
        return dict(self.asked.get("labels") or {})

    @property
    def is_there(self) -> bool:
        """Whether the API knows it."""
        return self.state != "destroyed"

    @property
    def running(self) -> Guest:
        """What its processes are started in."""
        assert self.guest is not None
        return self.guest

    def live_for(self, minutes: int, clock: Clock) -> None:
        """Set the clock that ends it whatever its state; none with 0."""
        self.destroy_at = clock.now() + timedelta(minutes=minutes) if minutes else None

    def due(self, clock: Clock) -> str | None:
        """What its own clocks want done with it now: `destroyed` or `stopped`."""
        now = clock.now()
        if self.destroy_at is not None and now >= self.destroy_at:
            return "destroyed"
        if self.state == "stopped" and self.auto_delete_min >= 0 and self.stopped_at is not None:
            return "destroyed" if now >= self.stopped_at + timedelta(minutes=self.auto_delete_min) else None
        if self.state != "started" or not self.auto_stop_min or self.active_at is None:
            return None
        return "stopped" if now >= self.active_at + timedelta(minutes=self.auto_stop_min) else None

    def told(self) -> Json:
        """A whole sandbox, as the API tells it."""
        asked = self.asked
        whole: Json = {
            "id": self.id,
            "organizationId": ORGANIZATION,
            "name": self.name,
            "snapshot": asked.get("snapshot") or (None if asked.get("buildInfo") else "daytonaio/sandbox:0.6.0"),
            "user": asked.get("user") or "daytona",
            "env": asked.get("env") or {},
            "labels": self.labels,
            "public": bool(asked.get("public")),
            "networkBlockAll": bool(asked.get("networkBlockAll")),
            "networkAllowList": asked.get("networkAllowList"),
            "domainAllowList": asked.get("domainAllowList"),
            "kvm": bool(asked.get("kvm")),
            "target": asked.get("target") or "us",
            "cpu": asked.get("cpu") or 1,
            "gpu": 0,
            "memory": asked.get("memory") or 1,
            "disk": asked.get("disk") or 3,
            "state": self.state,
            "errorReason": self.error_reason,
            "autoStopInterval": self.auto_stop_min,
            "autoArchiveInterval": _number(asked, "autoArchiveInterval", _AUTO_ARCHIVE_MIN),
            "autoDeleteInterval": self.auto_delete_min,
            "autoDestroyAt": _time(self.destroy_at),
            "createdAt": told(self.created_at),
            "updatedAt": _time(self.updated_at),
            "lastActivityAt": _time(self.active_at),
            "volumes": [],
            "toolboxProxyUrl": self.toolbox_url,
        }
        return {name: value for name, value in whole.items() if value is not None}

    def listed(self) -> Json:
        """The same as an entry of a list."""
        return {name: value for name, value in self.told().items() if name not in _WHOLE_ALONE}


def _number(asked: Json, name: str, default: int) -> int:
    value = asked.get(name)
    return default if value is None else int(value)


def _time(at: datetime | None) -> str | None:
    return None if at is None else told(at)
