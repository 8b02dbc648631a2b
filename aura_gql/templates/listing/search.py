"""What somebody typed into a search box, as it is looked for.

A template matches where each word begins one of the template's; a chunk of several words, and a search of a few, also
where it begins one as a single word: `svelte kit` finds `SvelteKit`. A search without a single letter or digit asks
for nothing and so matches every template, as an empty box does: whoever begins with `@` or `.` sees no empty list.
"""

import hashlib
from dataclasses import dataclass
from typing import Final

from aura_gql.kernel.errors import InvalidInput
from aura_gql.templates.listing.words import Chunk, chunks_of, joined

MAX_SEARCH_LENGTH: Final = 100
MAX_SEARCH_WORDS: Final = 10

_DIGEST_LENGTH = 16


@dataclass(frozen=True, slots=True)
class Search:
    """The chunks that are looked for, each once; none where nothing is."""

    chunks: tuple[Chunk, ...]

    @property
    def words(self) -> Chunk:
        """All its words in their order."""
        return tuple(word for chunk in self.chunks for word in chunk)

    @property
    def whole(self) -> str | None:
        """The one word that all chunks are together; None where there are too many, or just one."""
        return joined(self.words) if len(self.chunks) > 1 else None

    @property
    def digest(self) -> str:
        """A short text that only the same search has."""
        cut = "\n".join(" ".join(chunk) for chunk in self.chunks)
        return hashlib.sha256(cut.encode()).hexdigest()[:_DIGEST_LENGTH]


NOTHING: Final = Search(())
"""The search of an empty box."""


def parse_search(text: str) -> Search:
    """What to look for; InvalidInput on `filter.text` beyond 100 characters or 10 different words."""
    if len(text) > MAX_SEARCH_LENGTH:
        raise InvalidInput(
            f"`text` has at most {MAX_SEARCH_LENGTH} characters, not {len(text)}.", field=("filter", "text")
        )
    chunks = tuple(dict.fromkeys(chunks_of(text)))
    words = {word for chunk in chunks for word in chunk}
    if len(words) > MAX_SEARCH_WORDS:
        raise InvalidInput(
            f"`text` has at most {MAX_SEARCH_WORDS} different words, not {len(words)}.", field=("filter", "text")
        )
    return Search(chunks)


def alternatives(chunk: Chunk) -> list[Chunk]:
    """The ways in which a template may match a chunk: by all its words, or by the one word that they are together."""
    whole = joined(chunk)
    return [chunk] if whole is None else [chunk, (whole,)]
