"""The order for a command, as the supervisor takes it."""

import os
from collections.abc import Mapping, Sequence

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.providers.local import wire
from aura_gql.sandboxes.providers.local.beneath import safe_parts

# One message of the supervisor's socket, which the kernel bounds.
MAX_ORDER_BYTES = 128 * 1024


def order_of(
    argv: Sequence[str],
    project: str,
    cwd: str,
    env: Mapping[str, str],
    rlimits: Mapping[int, int],
    window: tuple[int, int] | None = None,
) -> bytes:
    """The order to start a command in the folder `cwd` of the project folder, which is at `project` for the supervisor;
    with a window, of so many columns and rows, on a terminal. Raises InvalidInput for what the kernel could not take.
    """
    if not argv or not argv[0]:
        raise InvalidInput("A command names a program.", field=("command",))
    for name in env:
        if not name or "=" in name:
            raise InvalidInput(f"{name!r} is no name for an environment variable.", field=("env",))
    if any("\0" in text for text in (*argv, *env, *env.values())):
        raise InvalidInput("Arguments and environment have no NUL.", field=("command",))
    folder = project
    if cwd not in ("", "."):
        folder = os.path.join(project, *safe_parts(cwd.rstrip("/")))
    order = wire.start_message(argv, folder, env, rlimits, window)
    if len(order) > MAX_ORDER_BYTES:
        raise InvalidInput(
            f"Arguments and environment together have at most {MAX_ORDER_BYTES} bytes.", field=("command",)
        )
    return order
