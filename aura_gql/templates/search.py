"""The words that a template is found by.

Text is cut into words of letters and digits, in one case and without accents; everything else only separates them. A
template matches a search where each word of the search begins one of the template's. There are no stop words, and a
search without a single letter or digit asks for nothing and so matches every template, as an empty search box does.
"""

import re
import unicodedata
from collections.abc import Iterable

from aura_gql.kernel.errors import InvalidInput

MAX_SEARCH_LENGTH = 100
MAX_SEARCH_WORDS = 10

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> list[str]:
    """The words of `text`, each once, in their first order."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter)).casefold()
    return list(dict.fromkeys(_WORD.findall(plain)))


def terms_of(texts: Iterable[str]) -> list[str]:
    """The sorted words that a template with these texts is found by."""
    return sorted({word for text in texts for word in words_of(text)})


def search_words(text: str) -> list[str]:
    """The words of a search; InvalidInput on `filter.text` beyond 100 characters or 10 different words."""
    if len(text) > MAX_SEARCH_LENGTH:
        raise InvalidInput(f"`text` has at most {MAX_SEARCH_LENGTH} characters.", field=("filter", "text"))
    words = words_of(text)
    if len(words) > MAX_SEARCH_WORDS:
        raise InvalidInput(f"`text` has at most {MAX_SEARCH_WORDS} different words.", field=("filter", "text"))
    return words
