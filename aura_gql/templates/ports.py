"""Where project templates come from."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection
from pathlib import Path
from typing import IO, Protocol

from aura_gql.templates.records import KnownCommit, Resolved, SkippedTemplate, TemplateBundle


class TemplateSource(Protocol):
    """A place that templates come from: bundled with the server, or a repository on GitHub."""

    @property
    def name(self) -> str:
        """The word that marks its templates: `bundled`, `stackblitz`."""
        ...

    def bundles(self) -> AsyncGenerator[TemplateBundle | SkippedTemplate]:
        """Every template of the source, one after another, so that the bytes of one at a time are in memory.

        One that can't be read by itself comes as a SkippedTemplate, and the others follow. Where anything is raised, be
        it before the first or in between, nothing of what came counts. Blocking work stays off the event loop.
        """
        ...


class TemplateRepository(Protocol):
    """A repository that can be looked at and fetched whole.

    Both raise TemplatesUnavailable (TemplatesRateLimited where it is known until when), TemplateRepositoryNotFound and
    TemplateSourceRefused.
    """

    async def resolve(self, known: KnownCommit | None = None, *, insists: bool = False) -> Resolved:
        """The commit that it is at, asked so that an unchanged one costs as little as can be.

        Who `insists` asks even before the time that its host told us to wait for.
        """
        ...

    async def download(self, sha: str, out: IO[bytes] | Path, progress: Callable[[int], None] | None = None) -> int:
        """Write its packed archive at a commit to `out`, and say how many bytes it has.

        `progress` is told how many bytes are there so far. A file that is named is removed where anything fails.
        """
        ...


NeededRevisions = Callable[[Collection[str]], Awaitable[set[str]]]
"""Those of some replaced revisions of templates that somebody is still to make something from."""


class StaleTemplates(Protocol):
    """Whoever can bring news of the templates of a source."""

    async def ask(self) -> None:
        """Have somebody look for news soon, unless that is switched off or was tried in vain a short while ago."""
        ...

    async def forget(self, source: str) -> None:
        """Forget what is known of a source, so that the next look fetches all of it anew."""
        ...
