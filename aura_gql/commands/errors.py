"""How a command fails in a way that its user can mend."""


class CommandError(Exception):
    """What went wrong and what to do, shown without a traceback. `exit_code` is 1, or 2 for wrong usage."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code
