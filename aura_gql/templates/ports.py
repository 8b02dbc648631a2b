"""Where project templates come from."""

from collections.abc import Sequence
from typing import Protocol

from aura_gql.templates.records import TemplateBundle


class TemplateSource(Protocol):
    """A place that templates come from: bundled with the server, or (later) a repository on GitHub."""

    @property
    def name(self) -> str:
        """The word that marks its templates, e.g. `bundled`."""
        ...

    async def load(self) -> Sequence[TemplateBundle]:
        """Every template of the source, whole. Blocking work stays off the event loop."""
        ...
