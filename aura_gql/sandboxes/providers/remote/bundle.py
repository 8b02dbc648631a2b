"""The agent as one file: a zip of the modules that it needs, which Python runs as they are."""

import hashlib
import importlib.util
import io
import marshal
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

# By package, all of ours that the agent imports, and nothing that needs more than the standard library.
MODULES: Final[Mapping[str, str]] = {
    "aura_gql": "",
    "aura_gql.files": "",
    "aura_gql.files.changes": "values",
    "aura_gql.kernel": "clock error_codes errors host_rules providers",
    "aura_gql.sandboxes": "checks egress errors values",
    "aura_gql.sandboxes.machine_files": "tar_reader values",
    "aura_gql.sandboxes.providers": "",
    "aura_gql.sandboxes.providers.local": (
        "archives beneath cgroups dialing disk figures file_watch inotify intake kept known_tree limits listening"
        " memory openat2 orders pipes process project_folder readiness renames staging steps supervised terminal walk"
        " watched_tree wire"
    ),
    "aura_gql.sandboxes.providers.local.inside": ("command dialing keeper listening supervisor system terminal trees"),
    "aura_gql.sandboxes.providers.remote": "errors",
    "aura_gql.sandboxes.providers.remote.inside": (
        "birth commands file_handlers files incoming leftovers machine main single stdio surroundings watches"
    ),
    "aura_gql.sandboxes.providers.remote.wire": (
        "bridging entries errors failures figures file_stream frames inbox lines messages outbox peer pieces records"
        " session streams values"
    ),
    "aura_gql.storage": "",
    "aura_gql.storage.archives": "tar_headers",
}
DIGEST_DIGITS = 16
_TIME = (1980, 1, 1, 0, 0, 0)
# Of byte code: it belongs to no source that would have to be compared.
_UNCHECKED = (1).to_bytes(4, "little") + bytes(8)


@dataclass(frozen=True, slots=True)
class Bundle:
    """The bytes of the zip, and a word that tells them from those of any other version."""

    data: bytes
    digest: str


@cache
def agent_bundle() -> Bundle:
    """Made once a process, in some 100 ms; the same from the same sources. Blocks."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for path, package, file in _files():
            source = resources.files(package).joinpath(file).read_bytes()
            archive.writestr(zipfile.ZipInfo(path, _TIME), source, zipfile.ZIP_DEFLATED)
            archive.writestr(zipfile.ZipInfo(f"{path}c", _TIME), _compiled(path, source), zipfile.ZIP_DEFLATED)
    data = buffer.getvalue()
    return Bundle(data, hashlib.sha256(data).hexdigest()[:DIGEST_DIGITS])


def _files() -> Iterator[tuple[str, str, str]]:
    """The path in the zip, the package and the name in it, of each module."""
    for package, names in MODULES.items():
        folder = package.replace(".", "/")
        for name in ("__init__", *names.split()):
            yield f"{folder}/{name}.py", package, f"{name}.py"


def _compiled(path: str, source: bytes) -> bytes:
    """Byte code of this Python's version, which saves one of the same version half of its start; any other reads the
    source.
    """
    code = compile(source, path, "exec", dont_inherit=True, optimize=2)
    # Later versions say which objects are used elsewhere in this process, too, so that no two are the same.
    return importlib.util.MAGIC_NUMBER + _UNCHECKED + marshal.dumps(code, 2)
