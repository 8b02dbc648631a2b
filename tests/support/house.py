"""What the house rules say about one Python file, read from its syntax tree."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

MAX_LINES = 300

# Modules of these names are declarations, or are proved through the service or the graph above them.
EXEMPT_NAMES = frozenset(
    {
        "__init__",
        "ports",
        "errors",
        "documents",
        "records",
        "events",
        "services",
        "types",
        "values",
        "inputs",
        "enums",
        "loaders",
    }
)

# The SDKs and tools so heavy that they are imported where they are used; `__main__` loads one command alone.
LAZY_PACKAGES = frozenset({"aioboto3", "aiobotocore", "botocore", "daytona", "e2b"})  # fmt: skip

_PROVIDERS = "aura_gql.sandboxes.providers."
_QUERIES = frozenset(
    {
        "aggregate", "bulk_write", "count_documents", "delete_many", "delete_one", "distinct",
        "estimated_document_count", "find", "find_all", "find_many", "find_one", "find_one_and_delete",
        "find_one_and_replace", "find_one_and_update", "get_motor_collection", "get_pymongo_collection",
        "insert_many", "insert_one", "replace_one", "update_all", "update_many", "update_one",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A Python file: its path below the repository, with `/`, and its text."""

    path: str
    text: str

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in its syntax tree. Kept, as most of a rule's time is spent here, for as long as the source is."""
        return list(ast.walk(ast.parse(self.text, self.path)))

    @property
    def stem(self) -> str:
        return Path(self.path).stem


def sources(root: Path, *folders: str) -> list[Source]:
    """Every Python file of ours below the folders; the bundled starters are their users'."""
    paths = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    relative = ((path, path.relative_to(root).as_posix()) for path in paths)
    return [
        Source(name, path.read_text(encoding="utf-8"))
        for path, name in relative
        if not name.startswith("aura_gql/templates/bundled/") and "node_modules" not in name
    ]


def too_long(source: Source) -> Iterator[str]:
    lines = source.text.count("\n")
    if lines > MAX_LINES:
        yield f"{source.path}: {lines} lines; split it into nouns of at most {MAX_LINES}."


def relative_imports(source: Source) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"{source.path}:{node.lineno}: a relative import; write the absolute name."


def type_checking(source: Source) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.Name | ast.Attribute | ast.alias) and _name(node) == "TYPE_CHECKING":
            yield f"{source.path}:{node.lineno}: TYPE_CHECKING hides a circle; move the noun below both."


def _name(node: ast.Name | ast.Attribute | ast.alias) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else node.name


def local_imports(source: Source) -> Iterator[str]:
    for function in source.nodes:
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Import | ast.ImportFrom) and not _is_lazy(node):
                yield f"{source.path}:{node.lineno}: an import inside a function; only heavy SDKs may."


def _is_lazy(node: ast.Import | ast.ImportFrom) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
    return all(name.partition(".")[0] in LAZY_PACKAGES for name in names)


def environment_reads(source: Source) -> Iterator[str]:
    """`os.environ` and `os.getenv`, however imported."""
    words = {"environ", "environb", "getenv", "getenvb"}
    for node in source.nodes:
        names = []
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "os":
            names = [node.attr]
        elif isinstance(node, ast.ImportFrom) and node.module == "os":
            names = [alias.name for alias in node.names]
        if isinstance(node, ast.Attribute | ast.ImportFrom) and words.intersection(names):
            yield f"{source.path}:{node.lineno}: reads the environment; only settings.py does."


def queries(source: Source) -> Iterator[str]:
    """Calls of the names that query a collection, but for a `find` of text. A wall keeps the graph from any."""
    if source.path.startswith("aura_gql/graph/"):
        return
    for node in source.nodes:
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or node.func.attr not in _QUERIES:
            continue
        if node.func.attr == "find" and _looks_for_text(node):
            continue
        yield f"{source.path}:{node.lineno}: `{node.func.attr}` is a query; it belongs in a documents.py."


def _looks_for_text(call: ast.Call) -> bool:
    """Whether its first argument is text or bytes, as in `"abc".find("b")`: no query begins so."""
    first = call.args[0] if call.args else None
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str | bytes)
    return is_text or isinstance(first, ast.JoinedStr)


def skips(source: Source) -> Iterator[str]:
    """Rows that a query passes over by their number: pages resume behind sort keys, which a cursor carries."""
    for node in source.nodes:
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "skip"
        is_word = isinstance(node, ast.Constant) and node.value == "$skip"
        if is_call or is_word or (isinstance(node, ast.keyword) and node.arg == "skip"):
            yield f"{source.path}:{getattr(node, 'lineno', 0)}: skips rows; resume behind the sort keys of a cursor."


def provider_imports(source: Source) -> Iterator[str]:
    """Imports of what one sandbox provider has for itself."""
    for name in _imported(source):
        if name.startswith(_PROVIDERS):
            yield f"{source.path}: imports {name}; a contract is for whoever provides sandboxes."


def with_helpers(chosen: list[Source], every: list[Source]) -> list[Source]:
    """The files, and all of ours that they import, directly or not."""
    by_path, found = {source.path: source for source in every}, dict[str, Source]()
    while chosen:
        source = chosen[0]
        found[source.path] = source
        paths = {f"{name.replace('.', '/')}.py" for name in _imported(source)} & by_path.keys()
        chosen = [*chosen[1:], *(by_path[path] for path in sorted(paths - found.keys()))]
    return list(found.values())


def _imported(source: Source) -> Iterator[str]:
    """The modules that a file imports, and the names from them, which may be modules."""
    for node in source.nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def untested(modules: list[Source], tests: set[str]) -> Iterator[str]:
    """Modules `aura_gql/x/y.py` without a `tests/x/test_y.py`."""
    for source in modules:
        folder, _, _ = source.path.removeprefix("aura_gql/").rpartition("/")
        wanted = "/".join(part for part in ("tests", folder, f"test_{source.stem.strip('_')}.py") if part)
        if source.stem not in EXEMPT_NAMES and wanted not in tests:
            yield f"{source.path}: has no {wanted}."
