"""What a README says of its starter: a title, and sentences that could describe it."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import takewhile
from typing import Final

from aura_gql.templates.inference.records import Readme, StarterFile
from aura_gql.templates.inference.texts import one_line
from aura_gql.templates.readme import readme_path_of

MAX_README_BYTES: Final = 256 * 1024
"""A longer one is a file like any other: it is not given as text of the template."""

# Titles and first sentences stand at the beginning.
_LOOKED_AT_BYTES = 16 * 1024
_MAX_TITLE = 200
_MAX_SENTENCE = 300
_MIN_SENTENCE = 20
_LONG_SENTENCE = 200
_MAX_SENTENCES = 20
_IMAGE = re.compile(r"!\[[^\]\n]{0,300}\]\([^)\n]{0,1000}\)")
_LINK = re.compile(r"\[([^\]\n]{0,300})\](?:\([^)\n]{0,1000}\)|\[[^\]\n]{0,300}\])")
_TAG = re.compile(r"<[/A-Za-z!][^<>\n]{0,1000}>")
_MARKS = re.compile(r"[*`]+|(?<!\w)_+|_+(?!\w)")
_NO_PROSE = ("#", "-", "*", "+", ">", "|", "!", "[!", "<", "=", "    ", "\t", "$")
_NUMBERED = re.compile(r"\d+[.)]\s")
_ENDS = re.compile(r"(?<=[.!?:])\s+(?=\W{0,5}[A-Z])")
# What tells a reader what to do, greets, or is a generator's word about itself.
_NO_DESCRIPTION = re.compile(
    r"(?i)(?:to|if|you|look|see|check|run|open|edit|first|install|click|learn|get|go|visit|note|thanks|welcome|once"
    r"|when|after|before|inside|please|use|read|this readme|what is|in this|here)\b|.*\b(?:create-[a-z]|bootstrapped)"
)


def read_readme(files: Mapping[str, StarterFile]) -> Readme:
    """The README of a starter; an empty one where it has none."""
    path = readme_path_of(files)
    data = None if path is None else files[path].data
    if data is None:
        return Readme(path)
    lines = list(_without_code(data[:_LOOKED_AT_BYTES].decode("utf-8-sig", "replace").splitlines()))
    # What stands below a second heading is no longer about the whole.
    opening = list(takewhile(lambda line: not line.startswith("##"), lines))
    titles = (one_line(_plain(line[2:]), _MAX_TITLE) for line in lines if line.startswith("# "))
    sentences = [sentence for block in _blocks(opening) for sentence in _sentences(block)]
    return Readme(path, next(titles, ""), tuple(sentences[:_MAX_SENTENCES]))


def _without_code(lines: Iterable[str]) -> Iterator[str]:
    fence = ""
    for line in lines:
        mark = line.lstrip()[:3]
        if mark in ("```", "~~~") and fence in ("", mark):
            fence = "" if fence else mark
            yield ""
        elif not fence:
            yield line


def _blocks(lines: Iterable[str]) -> Iterator[str]:
    """Paragraphs of prose, each on one line."""
    block: list[str] = []
    is_prose = True
    for line in [*lines, ""]:
        if line.strip():
            is_prose = is_prose and not line.startswith(_NO_PROSE) and not _NUMBERED.match(line)
            block.append(line)
            continue
        if block and is_prose:
            yield " ".join(block)
        block, is_prose = [], True


def _sentences(block: str) -> Iterator[str]:
    for sentence in _ENDS.split(_plain(block)):
        text = _clause(one_line(sentence, _MAX_SENTENCE))
        words = re.sub(r"^\W+", "", text)
        if len(text) >= _MIN_SENTENCE and text.endswith((".", "…")) and not _NO_DESCRIPTION.match(words):
            yield words


def _clause(sentence: str) -> str:
    """A long sentence up to its first dash."""
    head, dash, _ = sentence.partition(" — ")
    return f"{head}." if dash and len(sentence) > _LONG_SENTENCE else sentence


def _plain(markdown: str) -> str:
    return _MARKS.sub("", _TAG.sub("", _LINK.sub(r"\1", _IMAGE.sub("", markdown)))).strip()
