"""The first thing that an agent does, before anything large is loaded: to fork the supervisor of its commands, which
stays small and forks fast. C modules alone are imported.
"""

import _socket
import os

from aura_gql.sandboxes.providers.local.inside.supervisor import serve_unfenced
from aura_gql.sandboxes.providers.local.inside.system import PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE, prctl

STDIO = (0, 1, 2)


def fork_supervisor() -> tuple[int, int]:
    """Start the supervisor; its pid, and the descriptor through which it takes orders."""
    ours, theirs = _socket.socketpair(_socket.AF_UNIX, _socket.SOCK_SEQPACKET)
    supervisor = os.fork()
    if supervisor == 0:
        ours.close()
        # Neither it nor a command holds what leads to the server.
        nothing = os.open("/dev/null", os.O_RDWR)
        for descriptor in STDIO:
            os.dup2(nothing, descriptor)
        serve_unfenced(theirs)
    theirs.close()
    # What a supervisor leaves that was killed is ours to end. Nobody reads our memory or descriptors through /proc.
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    prctl(PR_SET_DUMPABLE, 0)
    return supervisor, ours.detach()
