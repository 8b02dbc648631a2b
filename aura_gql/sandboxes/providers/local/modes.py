"""The ways a sandbox can be fenced in, by what the server is allowed to do on this host."""

import os
from enum import StrEnum


class IsolationMode(StrEnum):
    """How the code comes to run without privileges. Each is proved by a probe before use."""

    ROOT_DROP = "root-drop"
    """Real root makes the namespaces; the supervisor drops to a uid of its own before anything else runs."""
    ROOT_PREDROP = "root-predrop"
    """Root that may not make namespaces drops to a uid of its own first and uses a user namespace."""
    USER = "user"
    """An ordinary user and a user namespace: every sandbox is the same user to the host."""

    @property
    def private_uid(self) -> bool:
        """Whether each sandbox is a user of its own to the host."""
        return self is not IsolationMode.USER


def possible_modes() -> tuple[IsolationMode, ...]:
    """Best first. USER is no choice for root: the code would be kernel uid 0, which can take over the host."""
    if os.geteuid() == 0:
        return (IsolationMode.ROOT_DROP, IsolationMode.ROOT_PREDROP)
    return (IsolationMode.USER,)
