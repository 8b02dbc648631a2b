"""Our client of GitHub, in a hurry."""

from dataclasses import replace
from typing import Final

from pydantic import SecretStr

from aura_gql.templates.sources.github import GitHubLimits, GitHubRepository
from tests.support.github.archives import REPOSITORY

HASTY: Final = GitHubLimits(
    archive_bytes=8 * 1024 * 1024, total_s=30.0, idle_s=10.0, connect_s=5.0, attempts=3, first_pause_s=0.001
)
TOKEN: Final = "ghp_known"


def repository_at(
    url: str,
    *,
    token: str | None = None,
    ref: str = "main",
    repository: str = REPOSITORY,
    total_s: float | None = None,
    idle_s: float | None = None,
    archive_bytes: int | None = None,
) -> GitHubRepository:
    """A client of the GitHub at `url`, with the limits of HASTY but for those that are given."""
    limits = replace(
        HASTY,
        total_s=total_s or HASTY.total_s,
        idle_s=idle_s or HASTY.idle_s,
        archive_bytes=archive_bytes or HASTY.archive_bytes,
    )
    return GitHubRepository(url, repository, ref, None if token is None else SecretStr(token), limits)
