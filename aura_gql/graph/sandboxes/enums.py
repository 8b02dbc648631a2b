"""The sandboxes room's enums, described for the schema."""

from aura_gql.graph.enums import publish_enum
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.records import SandboxStatus
from aura_gql.sandboxes.syncing.values import SyncSide
from aura_gql.sandboxes.values import Enforcement, IpVersion

__all__ = ["Enforcement", "IpVersion", "SandboxProviderName", "SandboxStatus", "SyncSide"]

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
