"""Where project templates come from."""

from collections.abc import AsyncGenerator
from typing import Protocol

from aura_gql.templates.records import SkippedTemplate, TemplateBundle


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
