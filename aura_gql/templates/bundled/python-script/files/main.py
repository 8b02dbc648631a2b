"""Count the words of a text and show the most frequent ones."""

import re
import sys
from collections import Counter
from pathlib import Path

DEFAULT_TEXT = Path(__file__).with_name("haiku.txt")


def count_words(text: str) -> Counter[str]:
    """How often each word occurs, whatever its case."""
    return Counter(re.findall(r"[\w']+", text.lower()))


def main() -> None:
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_TEXT
    words = count_words(path.read_text(encoding="utf-8"))
    print(f"{path.name}: {words.total()} words, {len(words)} different")
    for word, times in words.most_common(5):
        print(f"{times:>4}  {word}")


if __name__ == "__main__":
    main()
