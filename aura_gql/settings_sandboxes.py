"""The settings of sandboxes and of what runs in them."""

from typing import Annotated

from pydantic import Field

from aura_gql.settings_groups import Group
from aura_gql.settings_types import Bytes, Count, Days, Milliseconds, Seconds

_MIB = 1024 * 1024


class SandboxSettings(Group):
    """The bounds of sandboxes; memory, processes, CPUs and disk are those of local ones."""

    max_sandboxes_per_user: Count = Field(5, description="Most live sandboxes of a user.")
    max_sandboxes_per_host: Count = Field(20, description="Most live local sandboxes on this machine.")
    sandbox_warm_pool: int = Field(
        1,
        ge=0,
        le=1_000,
        description=(
            "Local sandboxes made ahead, at about 4 MiB of memory each, within MAX_SANDBOXES_PER_HOST: while one "
            "waits, a sandbox starts in a few milliseconds."
        ),
    )
    sandbox_lifetime_s: Seconds = Field(4 * 3600, description="Seconds after which a sandbox ends in any case.")
    sandbox_max_lifetime_s: Seconds = Field(
        24 * 3600,
        description="Seconds in all to which that can be extended; SANDBOX_LIFETIME_S counts where it is more.",
    )
    sandbox_idle_timeout_s: Seconds = Field(900, description="Seconds without activity after which a sandbox ends.")
    sandbox_save_timeout_s: Seconds = Field(
        15, description="Seconds that a stop that somebody asked for waits for files to be saved."
    )
    sandbox_save_patience_s: Seconds = Field(300, description="Seconds likewise of a stop that nobody asked for.")
    sandbox_memory_bytes: Annotated[int, Field(ge=64 * _MIB)] = Field(512 * _MIB, description="Bytes of memory.")
    sandbox_max_processes: Annotated[int, Field(ge=8)] = Field(128, description="Most processes and threads at once.")
    sandbox_cpus: float = Field(1.0, gt=0, le=1024, description="CPUs, in fractions, where cgroups are writable.")
    sandbox_disk_bytes: Annotated[int, Field(ge=_MIB)] = Field(512 * _MIB, description="Bytes of the project folder.")
    sandbox_max_files: Annotated[int, Field(ge=1_000)] = Field(
        200_000, description="Most files and folders in the project folder."
    )
    sandbox_open_files: Annotated[int, Field(ge=64)] = Field(4_096, description="Most open files of a process.")
    sandbox_file_changes_retention_days: Days = Field(7, description="Days that the list of changed files is kept.")


class ExecutionSettings(Group):
    """The bounds of executions."""

    execution_timeout_ms: Milliseconds = Field(
        30_000, description="Milliseconds that an execution may take unless it asks."
    )
    execution_max_timeout_ms: Milliseconds = Field(600_000, description="Most milliseconds that one may ask for.")
    execution_max_output_bytes: Bytes = Field(
        10 * _MIB, description="Bytes of output after which an execution is ended."
    )
    execution_output_retention_days: Days = Field(7, description="Days that the output of executions is kept.")


class TerminalSettings(Group):
    """The bounds of terminals."""

    max_terminals_per_sandbox: Count = Field(8, description="Most terminals open in a sandbox.")
    max_terminals_per_user: Count = Field(20, description="Most terminals that a user has open.")
    terminal_scrollback_bytes: Annotated[int, Field(ge=4096, le=4 * _MIB)] = Field(
        256 * 1024, description="Bytes that a terminal shows again to who comes back; in the server's memory."
    )
