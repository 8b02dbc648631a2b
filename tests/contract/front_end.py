"""A small front end in a folder of its own: the schema, the operations of `examples/` and the clients beside them."""

import os
import shutil
from pathlib import Path

from tests.contract.relay_modules import write_modules
from tests.support.examples import FOLDER, ROOT, examples
from tests.support.node import PROJECT

CODEGEN = "node_modules/@graphql-codegen/cli/cjs/bin.js"
COMPILE = "node_modules/typescript/bin/tsc"
RELAY = "node_modules/relay-compiler/cli.js"


def make_front_end(folder: Path, schema: str | None = None) -> list[str]:
    """Fill an empty folder, with `schema` or else ours; the names that the operations have for Relay."""
    shutil.copytree(FOLDER / "clients", folder, dirs_exist_ok=True)
    (folder / "schema.graphql").write_text(schema or (ROOT / "schema.graphql").read_text(encoding="utf-8"))
    (folder / "package.json").write_text('{"type": "module"}')
    os.symlink(PROJECT / "node_modules", folder / "node_modules")
    (folder / "operations").mkdir()
    for each in examples():
        (folder / "operations" / each.path.name).write_text(each.text, encoding="utf-8")
    (folder / "relay/__generated__").mkdir()
    return write_modules(examples(), folder / "relay")
