"""Turning a forked child into the command that the host asked for."""

import _signal  # type: ignore[import-not-found]
import os
import resource
from _collections_abc import Mapping

from aura_gql.sandboxes.providers.local.inside.system import LAST_SIGNAL, UNCATCHABLE
from aura_gql.sandboxes.providers.local.inside.terminal import control_terminal

# Where stdio and the report pipe are parked while 0 to 3 are overwritten.
SCRATCH_FD = 100
REPORT_FD, FIRST_UNUSED_FD, LAST_FD = 3, 4, 1 << 16
FAILED = 126
# What a process has left to end by itself once SIGXCPU told it that its CPU time is used up.
CPU_GRACE_S = 5


class Order:
    """What to run: everything is bytes, as the kernel takes it."""

    def __init__(self, message: bytes) -> None:
        """Take apart a `start` or `terminal` message; `wire.py` says how they are laid out."""
        head, self.cwd, self.rlimits, count, *rest = message.split(b"\0")
        # Columns and rows of the terminal that it wants; none for pipes.
        self.window = [int(size) for size in head.split()[1:]]
        self.argv = rest[: int(count)]
        self.env = dict(pair.split(b"=", 1) for pair in rest[int(count) :])


def run_command(order: Order, stdio: list[int], report: int) -> None:
    """Become the command; never returns. What goes wrong is told through the report pipe, which exec closes."""
    stage = b"set-up"
    error = 0
    try:
        os.setsid()
        parked = [os.dup2(descriptor, SCRATCH_FD + index) for index, descriptor in enumerate([*stdio, report])]
        for target, descriptor in enumerate(parked):
            os.dup2(descriptor, target, inheritable=target != REPORT_FD)
        os.closerange(FIRST_UNUSED_FD, LAST_FD)
        if order.window:
            control_terminal(0)
        reset_signals()
        set_rlimits(order.rlimits)
        stage = b"cwd"
        os.chdir(order.cwd)
        stage = b"exec"
        execute(order.argv, order.env)
    except OSError as failure:
        error = failure.errno or 0
    os.write(REPORT_FD, b"%s %d" % (stage, error))
    os._exit(FAILED)


def execute(argv: list[bytes], env: Mapping[bytes, bytes]) -> None:
    """Look the program up as a shell would. Raises the most telling OSError."""
    program = argv[0]
    folders = env.get(b"PATH", b"/usr/bin:/bin").split(b":")
    candidates = [program] if b"/" in program else [folder + b"/" + program for folder in folders]
    trouble: OSError = FileNotFoundError(2, "not found")
    for candidate in candidates:
        try:
            os.execve(candidate, argv, env)  # noqa: S606 - starting what the user names is the job
        except (FileNotFoundError, NotADirectoryError):
            continue
        except OSError as failure:
            trouble = failure
    raise trouble


def reset_signals() -> None:
    """Every signal at its default and none blocked: what the supervisor ignores would be inherited."""
    _signal.set_wakeup_fd(-1)
    for number in range(1, LAST_SIGNAL + 1):
        if number not in UNCATCHABLE:
            _signal.signal(number, _signal.SIG_DFL)
    _signal.pthread_sigmask(_signal.SIG_SETMASK, [])


def set_rlimits(limits: bytes) -> None:
    """Set `number:value,...`, soft and hard, within what the host allows at all.

    That of CPU time is hard a little later: where both are the same the kernel kills without a word.
    """
    for entry in limits.split(b","):
        number, wanted = (int(word) for word in entry.split(b":"))
        ceiling = resource.getrlimit(number)[1]
        later = wanted + CPU_GRACE_S if number == resource.RLIMIT_CPU else wanted
        soft, hard = (each if ceiling == resource.RLIM_INFINITY else min(each, ceiling) for each in (wanted, later))
        resource.setrlimit(number, (soft, hard))
