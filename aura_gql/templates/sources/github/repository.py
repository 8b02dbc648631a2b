"""A repository on GitHub, in the fewest requests: one where nothing changed, two where something did."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.parse import quote

import httpx
from pydantic import SecretStr

from aura_gql.templates.errors import TemplateRepositoryNotFound
from aura_gql.templates.records import KnownCommit, Resolved
from aura_gql.templates.sources.github.allowance import Allowance, read_allowance
from aura_gql.templates.sources.github.download import ArchiveDownload, Progress, opened
from aura_gql.templates.sources.github.exchange import GitHubExchange, beginning
from aura_gql.templates.sources.github.refusals import PassingTrouble
from aura_gql.templates.sources.github.values import GitHubLimits

_COMMIT: Final = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_COMMIT_BYTES: Final = 64
_ETAG_LENGTH: Final = 256
_COMMIT_TYPE: Final = "application/vnd.github.sha"


class GitHubRepository:
    """The branch, tag or commit `ref` of `repository` (`owner/name`), by the API at `api_url`."""

    def __init__(self, api_url: str, repository: str, ref: str, token: SecretStr | None, limits: GitHubLimits) -> None:
        self._exchange = GitHubExchange(api_url, token, limits)
        self._path = f"/repos/{repository}"
        self._ref = ref
        self._limits = limits

    async def resolve(self, known: KnownCommit | None = None, *, insists: bool = False) -> Resolved:
        """The commit that the ref is at, and whether that is the known one; as `TemplateRepository` says.

        Nobody is asked for the commit that a whole commit id is at.
        """
        if _COMMIT.fullmatch(self._ref):
            return Resolved(self._ref, None, known is not None and known.sha == self._ref)
        headers = {"accept": _COMMIT_TYPE}
        if known is not None and known.etag is not None:
            headers["if-none-match"] = known.etag
        path = f"{self._path}/commits/{quote(self._ref, safe='')}"
        return await self._exchange.get(path, _Resolving(known), headers, insists=insists)

    async def download(self, sha: str, out: IO[bytes] | Path, progress: Progress | None = None) -> int:
        """The bytes of the packed repository at a commit, now in `out`; as `TemplateRepository` says."""
        if not _COMMIT.fullmatch(sha):
            raise ValueError("A commit is 40 or 64 hexadecimal digits.")
        async with opened(out) as file:
            download = ArchiveDownload(file, self._limits.archive_bytes, progress)
            return await self._exchange.get(f"{self._path}/tarball/{sha}", download)

    async def allowance(self) -> Allowance | None:
        """How many requests are left, at the cost of none; None where nobody counts. Errors are those of `resolve`."""
        try:
            return await self._exchange.get("/rate_limit", read_allowance)
        except TemplateRepositoryNotFound:
            # As a GitHub of one's own says that it has no limits.
            return None


@dataclass(frozen=True, slots=True)
class _Resolving:
    known: KnownCommit | None

    async def __call__(self, response: httpx.Response) -> Resolved:
        """The commit that an answer tells; PassingTrouble where it tells none."""
        if response.status_code == 304:
            if self.known is None or self.known.etag is None:
                raise PassingTrouble(f"{response.url.host} says that nothing changed, to which it was told nothing.")
            return Resolved(self.known.sha, self.known.etag, is_unchanged=True)
        body = await beginning(response, _COMMIT_BYTES + 2)
        commit = body.decode("ascii", "replace").strip()
        if not _COMMIT.fullmatch(commit):
            raise PassingTrouble(f"{response.url.host} answers with something else than a commit.")
        etag = response.headers.get("etag")
        if etag is not None and (len(etag) > _ETAG_LENGTH or not etag.isascii()):
            etag = None
        return Resolved(commit, etag, self.known is not None and self.known.sha == commit)
