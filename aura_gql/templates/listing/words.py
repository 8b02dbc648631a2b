"""How text is cut into the words that templates are found by; the same for what they hold and for what is typed.

Words are letters and digits in one case, without accents and other marks. All else separates words and is found by
nobody, emoji too, but for `++` and `#` at the end of a word: `C++` and `C#` are not `C`. So `.net` means `net` and
`@angular/core` means `angular` and `core`. Words that a dot, a hyphen or an underscore holds together are also one:
`nodejs` finds `node.js`, and `next.js` finds `nextjs`. Chinese and Japanese have no spaces: a run of them is found from
each of its characters on. There are no stop words: `go` and `next` are names here, and no language is known.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

MAX_TERM_LENGTH: Final = 40
"""Characters of a word that count; what follows makes no difference."""

SHORT_TERM: Final = 2
"""Letters of a word so short that it begins too much to be looked for everywhere."""

_SHORT = "^"
_MOST_HELD_TOGETHER = 4
_HOLDS_TOGETHER = frozenset("._-")
_UNSPACED = "\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:(?:\+\+|\#)(?![^\W_]))?")
_IS_UNSPACED = re.compile(rf"[{_UNSPACED}]")

Chunk = tuple[str, ...]
"""Words that stand in the text as one, such as `vite` and `react` of `vite-react`; most chunks are of one word."""


def fold(text: str) -> str:
    """`text` in one case, without accents and other marks, and with one form of each character."""
    if text.isascii():
        return text.lower()
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.category(letter).startswith("M")).casefold()


def chunks_of(text: str) -> list[Chunk]:
    """The words of `text` in their order, those together that are held together."""
    folded, end = fold(text), -1
    chunks: list[Chunk] = []
    for found in _WORD.finditer(folded):
        word = (found.group()[:MAX_TERM_LENGTH],)
        if folded[end : found.start()] in _HOLDS_TOGETHER and chunks:
            chunks[-1] += word
        else:
            chunks.append(word)
        end = found.end()
    return chunks


def words_of(text: str) -> list[str]:
    """The words of `text`, each once, in their first order."""
    return list(dict.fromkeys(word for chunk in chunks_of(text) for word in chunk))


def terms_of(texts: Iterable[str]) -> list[str]:
    """The words that these texts are found by, each once, in their first order: whoever types the beginning of one."""
    return list(dict.fromkeys(term for text in texts for chunk in chunks_of(text) for term in _terms(chunk)))


def is_short(word: str) -> bool:
    """Whether it begins very many words; two characters of Chinese are a word."""
    return len(word) <= SHORT_TERM and word.isascii()


def beginnings_of(terms: Iterable[str]) -> set[str]:
    """What is kept beside these terms for those who type no more than `SHORT_TERM` letters of one."""
    return {short_key(term[:length]) for term in terms for length in range(1, SHORT_TERM + 1)}


def short_key(word: str) -> str:
    """The entry of `beginnings_of` for the beginning of a word; no word has its first character."""
    return f"{_SHORT}{word}"


def joined(chunk: Chunk) -> str | None:
    """The one word that a chunk of a few words is, too; None of others."""
    return "".join(chunk)[:MAX_TERM_LENGTH] if 1 < len(chunk) <= _MOST_HELD_TOGETHER else None


def _terms(chunk: Chunk) -> Iterator[str]:
    for word in chunk:
        yield word
        if _IS_UNSPACED.match(word):
            yield from (word[start:] for start in range(1, len(word)))
    if (whole := joined(chunk)) is not None:
        yield whole
