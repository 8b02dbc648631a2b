"""How a command ended, what listens and what is used, as JSON: what another than our agent may say is checked."""

from collections.abc import Mapping
from datetime import datetime

from aura_gql.sandboxes.providers.remote.wire.errors import WireViolation
from aura_gql.sandboxes.providers.remote.wire.values import JSON
from aura_gql.sandboxes.values import EndReason, ExitStatus, IpVersion, ListeningPort, MachineMetrics

MAX_PORTS = 100
LAST_PORT = 65535
MAX_FIGURE = (1 << 63) - 1
MAX_NAME_CHARACTERS = 15
LAST_EXIT_CODE, LAST_SIGNAL = 255, 64
_FIGURES = ("cpu_time_ms", "memory_bytes", "processes", "disk_bytes", "disk_files")


def status_json(status: ExitStatus) -> JSON:
    """How it ended."""
    used: list[JSON] = [status.cpu_time_ms, status.peak_memory_bytes]
    return [status.reason.value, status.exit_code, status.signal, *used]


def read_status(said: JSON) -> ExitStatus:
    """The same, read. WireViolation, also for an end that says two things or none."""
    match said:
        case ["EXITED", int(code), None, cpu_ms, peak] if 0 <= code <= LAST_EXIT_CODE:
            return ExitStatus(EndReason.EXITED, code, None, _figure(cpu_ms), _figure(peak))
        case ["SIGNALLED" | "MEMORY", None, int(number), cpu_ms, peak] if 1 <= number <= LAST_SIGNAL:
            return ExitStatus(EndReason(str(said[0])), None, number, _figure(cpu_ms), _figure(peak))
        case ["LOST", None, None, None, None]:
            return ExitStatus(EndReason.LOST)
    raise WireViolation("Nothing ends like that.")


def ports_json(ports: list[ListeningPort]) -> JSON:
    """What listens."""
    return [[each.port, [version.value for version in each.ip_versions], each.pid, each.process_name] for each in ports]


def read_ports(said: JSON) -> list[ListeningPort]:
    """The same, read, lowest first. WireViolation."""
    if not isinstance(said, list) or len(said) > MAX_PORTS:
        raise WireViolation("There are not so many ports.")
    return sorted((_port(each) for each in said), key=lambda port: port.port)


def metrics_json(metrics: MachineMetrics) -> JSON:
    """What is used, without the time: a machine's clock is its own."""
    return {name: getattr(metrics, name) for name in _FIGURES}


def read_metrics(said: JSON, at: datetime) -> MachineMetrics:
    """The same, read. WireViolation."""
    if not isinstance(said, Mapping):
        raise WireViolation("Those are no figures.")
    return MachineMetrics(at=at, **{name: _figure(said.get(name)) for name in _FIGURES})


def _figure(said: JSON) -> int | None:
    if said is None or (type(said) is int and 0 <= said <= MAX_FIGURE):
        return said
    raise WireViolation("That is no figure.")


def _port(said: JSON) -> ListeningPort:
    match said:
        case [int(port), list(versions), pid, name] if 1 <= port <= LAST_PORT and 1 <= len(versions) <= len(IpVersion):
            return ListeningPort(port, tuple(sorted({_version(each) for each in versions})), _figure(pid), _name(name))
    raise WireViolation("Nothing listens like that.")


def _version(said: JSON) -> IpVersion:
    try:
        return IpVersion(str(said))
    except ValueError:
        raise WireViolation("There is no such IP version.") from None


def _name(said: JSON) -> str | None:
    if said is None:
        return None
    if not isinstance(said, str) or len(said) > MAX_NAME_CHARACTERS:
        raise WireViolation("No process is called like that.")
    return said.encode("utf-8", "replace").decode("utf-8")
