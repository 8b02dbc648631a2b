"""How many files and connections this process may have open."""

import resource


def allow_many_open_files() -> None:
    """Raise the soft limit to the hard one: the usual 1,024 are for programs that still use `select`."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    except (OSError, ValueError):
        # Some systems refuse what they themselves give as the limit; then it stays as it is.
        return
