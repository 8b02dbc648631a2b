"""The names of the sandbox providers, which projects, sandboxes and the graph share."""

from enum import StrEnum


class SandboxProviderName(StrEnum):
    """Who runs the machine."""

    LOCAL = "LOCAL"
    E2B = "E2B"
    DAYTONA = "DAYTONA"
