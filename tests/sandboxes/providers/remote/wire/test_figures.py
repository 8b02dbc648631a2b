"""Ends, ports and figures pass; what no machine of ours would say does not."""

import json

import pytest

from aura_gql.kernel.clock import utcnow
from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.figures import (
    metrics_json,
    ports_json,
    read_metrics,
    read_ports,
    read_status,
    status_json,
)
from aura_gql.sandboxes.providers.remote.wire.values import JSON
from aura_gql.sandboxes.values import EndReason, ExitStatus, IpVersion, ListeningPort, MachineMetrics


@pytest.mark.parametrize(
    "status",
    [
        ExitStatus(EndReason.EXITED, 0, None, 3, 4096),
        ExitStatus(EndReason.SIGNALLED, None, 9, None, None),
        ExitStatus(EndReason.LOST),
    ],
)
def test_an_end_passes(status: ExitStatus) -> None:
    assert read_status(json.loads(json.dumps(status_json(status)))) == status


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        ["EXITED", None, None, 1, 1],
        ["EXITED", 0, 9, 1, 1],
        ["EXITED", 256, None, 1, 1],
        ["EXITED", 0, None, -1, 1],
        ["EXITED", 0, None, 1, 1 << 63],
        ["SIGNALLED", None, 65, 1, 1],
        ["SIGNALLED", 0, None, 1, 1],
        ["LOST", 0, None, None, None],
        ["FINE", 0, None, 1, 1],
    ],
)
def test_an_end_that_nothing_has_does_not(said: JSON) -> None:
    with pytest.raises(WireViolation):
        read_status(said)


def test_ports_pass_lowest_first() -> None:
    ports = [
        ListeningPort(9000, (IpVersion.V4, IpVersion.V6), 12, "python3"),
        ListeningPort(80, (IpVersion.V6,)),
    ]
    assert read_ports(json.loads(json.dumps(ports_json(ports)))) == ports[::-1]


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        [[80, ["IPV4"], None, None]] * 101,
        [[0, ["IPV4"], None, None]],
        [[80, [], None, None]],
        [[80, ["IPV5"], None, None]],
        [[80, [["IPV4"]], None, None]],
        [[80, ["IPV4"], "1", None]],
        [[80, ["IPV4"], 1, "x" * 16]],
        [[80, ["IPV4"], 1]],
    ],
)
def test_ports_that_nothing_has_do_not(said: JSON) -> None:
    with pytest.raises(WireViolation):
        read_ports(said)


def test_figures_pass_but_for_the_time() -> None:
    now = utcnow()
    metrics = MachineMetrics(now, cpu_time_ms=1, memory_bytes=2, processes=3, disk_bytes=4, disk_files=5)
    assert read_metrics(metrics_json(metrics), now) == metrics
    assert read_metrics({}, now) == MachineMetrics(now)
    lies: list[JSON] = [None, {"processes": -1}, {"processes": "1"}, {"processes": True}, {"disk_bytes": 1 << 63}]
    for said in lies:
        with pytest.raises(WireViolation):
            read_metrics(said, now)
