"""JSON laid out as Prettier does it, so that a new project passes its own check."""

import json
import re
from collections.abc import Mapping

_SHORT_LIST = re.compile(r"\[\n\s+((?:\"[^\"\n]*\",?\s+)+)\]")
_LINE_WIDTH = 80


def json_file(value: Mapping[str, object]) -> str:
    """The text of a JSON file: two spaces, short lists of strings on one line."""
    return _SHORT_LIST.sub(_on_one_line, json.dumps(value, indent=2, ensure_ascii=False)) + "\n"


def _on_one_line(found: re.Match[str]) -> str:
    line = f"[{' '.join(found[1].split())}]"
    return line if len(line) <= _LINE_WIDTH else found[0]
