"""The settings of templates, and of GitHub where they come from."""

from typing import Annotated

from pydantic import Field

from aura_gql.settings_groups import Group
from aura_gql.settings_types import Bytes, Count, Hours, HttpUrl, Seconds, Secret

_MIB = 1024 * 1024


class TemplateSettings(Group):
    """Templates: those that come with the server, and the starters of a repository on GitHub."""

    template_repository: str = Field(
        "stackblitz/starters",
        max_length=140,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$",
        description="Repository on GitHub with a starter in each folder of its root, as `owner/name`.",
    )
    template_ref: str = Field(
        "main",
        max_length=200,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$",
        description="Branch, tag or commit of TEMPLATE_REPOSITORY.",
    )
    template_sync_interval_s: Annotated[int, Field(ge=0, le=2**31 - 1)] = Field(
        21_600,
        description="Seconds between two looks at GitHub for new templates; 0 never looks, but when it is asked to.",
    )
    template_sync_timeout_s: Seconds = Field(
        300, description="Seconds that one such look may take, the download included."
    )
    github_api_url: HttpUrl = Field("https://api.github.com", description="Where GitHub's REST API is.")
    github_token: Secret | None = Field(
        None, description="Token for GitHub; without one it answers 60 requests an hour, and a look takes one or two."
    )
    template_cache_hours: Hours = Field(
        24, description="Hours that templates count as fresh after GitHub said so; older ones are served all the same."
    )
    template_memory_bytes: Bytes = Field(
        32 * _MIB, description="Bytes of templates that each server process remembers, what was used last."
    )
    template_preload: Annotated[int, Field(ge=0, le=1_000)] = Field(
        20, description="How many of the most popular templates a server reads into that memory when it has started."
    )
    max_template_archive_bytes: Bytes = Field(64 * _MIB, description="Bytes of the packed repository.")
    max_template_bytes: Bytes = Field(256 * _MIB, description="Bytes of all files of the repository together.")
    max_template_files: Count = Field(20_000, description="Most files and folders in the repository.")
