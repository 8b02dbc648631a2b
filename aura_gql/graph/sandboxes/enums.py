"""The sandboxes room's enums, described for the schema."""

from aura_gql.graph.enums import publish_enum
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxStatus
from aura_gql.sandboxes.syncing.values import SyncSide
from aura_gql.sandboxes.values import Capability, CircuitState, Enforcement, IpVersion, SandboxSize

__all__ = [
    "Capability",
    "CircuitState",
    "Enforcement",
    "IpVersion",
    "SandboxProviderName",
    "SandboxSize",
    "SandboxStatus",
    "SyncSide",
]

publish_enum(
    SandboxProviderName,
    "Who runs a sandbox.",
    {
        SandboxProviderName.LOCAL: "The server's own host, isolated by Linux namespaces.",
        SandboxProviderName.E2B: "E2B's cloud.",
        SandboxProviderName.DAYTONA: "Daytona's cloud.",
    },
)
publish_enum(
    SandboxSize,
    "How large a machine is. What that comes to is the provider's: `SandboxProvider.sizes` tells.",
    {
        SandboxSize.SMALL: "Enough to run and try a project.",
        SandboxSize.MEDIUM: "For builds, and tests of some size.",
        SandboxSize.LARGE: "The largest that there is.",
    },
)
publish_enum(
    SandboxStatus,
    "Where a sandbox is in its life. STOPPED and ERROR are the end.",
    {
        SandboxStatus.PENDING: "It is recorded; nothing runs yet.",
        SandboxStatus.STARTING: "The machine starts and gets the project's files; after RUNNING, a new machine does.",
        SandboxStatus.RUNNING: "It runs code and commands.",
        SandboxStatus.STOPPING: "It is being stopped.",
        SandboxStatus.STOPPED: "It has ended; `statusReason` says why. Its disk is gone, its executions are kept.",
        SandboxStatus.ERROR: "It could not start, or failed; `statusReason` says why.",
    },
)
publish_enum(
    Capability,
    "Something that a provider of sandboxes can do: a field of `SandboxCapabilities`.",
    {
        Capability.STDIN: "Give programs standard input.",
        Capability.SIGNALS: "Stop programs by signals, with all their children.",
        Capability.NETWORK: "Let code reach the network, or some of it.",
        Capability.TERMINAL: "Open terminals.",
        Capability.PORTS: "Find and reach what listens on a port.",
        Capability.WATCH: "Tell changes of files as they happen.",
        Capability.PAUSE: "Pause a machine and let it go on.",
        Capability.EXTEND: "Have a machine live longer.",
        Capability.METRICS: "Tell what a machine uses.",
        Capability.PERSISTENT: "Keep the disk of a stopped machine.",
    },
    name="SandboxCapability",
)
publish_enum(
    CircuitState,
    "Whether a provider outside is asked for sandboxes, by a breaker as in an electric circuit.",
    {
        CircuitState.CLOSED: "It answers, and is asked.",
        CircuitState.HALF_OPEN: "It did not answer. One request at a time finds out whether it does again.",
        CircuitState.OPEN: "It did not answer several times, and is not asked: `createSandbox` fails at once.",
    },
    name="SandboxProviderCircuitState",
)
publish_enum(
    Enforcement,
    "Who sees to it that a limit is kept.",
    {
        Enforcement.HARD: "The limit can't be exceeded.",
        Enforcement.WATCHED: "It is looked after several times a second: what exceeds it is ended, somewhat late.",
        Enforcement.NONE: "Nobody can on this host, where there may be more: it tells what is meant to be enough.",
    },
)
publish_enum(
    IpVersion,
    "A version of the Internet Protocol.",
    {
        IpVersion.V4: "IPv4, such as 127.0.0.1.",
        IpVersion.V6: "IPv6, such as ::1; what listens on `::` usually takes IPv4 as well.",
    },
)
publish_enum(
    SyncSide,
    "Whose version of a file.",
    {
        SyncSide.PROJECT: "The project's.",
        SyncSide.SANDBOX: "The sandbox's.",
    },
)
