"""`python -m tests.support.crashes.forking`: imports everything once, then forks for each order that it reads.

A fork is ready in a tenth of the time that an interpreter would take. This process has no event loop, no threads and
no connections of its own, so that nothing of these is shared with a fork.
"""

import json
import os
import signal
import sys

from tests.support.crashes.victim import run
from tests.support.crashes.words import Order


def main() -> None:
    """Fork, tell the id, wait for the end and tell that, until there are no more orders."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            run(Order.from_line(line))
            os._exit(0)
        _tell({"born": child})
        _, status = os.waitpid(child, 0)
        _tell({"ended": os.WTERMSIG(status) == signal.SIGKILL})


def _tell(what: dict[str, object]) -> None:
    os.write(1, json.dumps(what).encode() + b"\n")


if __name__ == "__main__":
    main()
