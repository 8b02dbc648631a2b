"""Reading a package.json that strangers wrote.

What no installer could read is refused as a whole: nothing that is made from such a starter would work. What is merely
odd, a script that is a number say, is passed over.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from aura_gql.templates.inference.errors import UnreadableManifest
from aura_gql.templates.inference.records import PackageManifest
from aura_gql.templates.inference.texts import one_line
from aura_gql.templates.records import DependencyKind, TemplateDependencyRecord

MANIFEST: Final = "package.json"
MAX_MANIFEST_BYTES: Final = 1024 * 1024
MAX_DEPENDENCIES: Final = 500
MAX_DESCRIPTION: Final = 300
_MAX_VERSION = 200
_MAX_SCRIPTS = 200
_MAX_SCRIPT = 1_000
_PACKAGE = re.compile(r"(?:@[a-z0-9~-][a-z0-9._~-]{0,100}/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]{0,213}")
_SECTIONS = {
    "dependencies": DependencyKind.RUNTIME,
    "devDependencies": DependencyKind.DEVELOPMENT,
    "peerDependencies": DependencyKind.PEER,
    "optionalDependencies": DependencyKind.OPTIONAL,
}


def read_manifest(data: bytes) -> PackageManifest:
    """What a package.json says: at most 500 dependencies by section, texts bounded and plain; UnreadableManifest."""
    fields = _fields(data)
    scripts = _texts(fields.get("scripts"))
    return PackageManifest(
        description=one_line(_text(fields.get("description")), MAX_DESCRIPTION),
        scripts={name: one_line(command, _MAX_SCRIPT) for name, command in list(scripts.items())[:_MAX_SCRIPTS]},
        dependencies=tuple(islice(_dependencies(fields), MAX_DEPENDENCIES)),
        main=_text(fields.get("main")) or None,
        package_manager=_text(fields.get("packageManager")).partition("@")[0] or None,
    )


def _fields(data: bytes) -> Mapping[str, object]:
    if len(data) > MAX_MANIFEST_BYTES:
        raise UnreadableManifest(f"Its package.json has more than {MAX_MANIFEST_BYTES:,} bytes.")
    try:
        # With a byte order mark too, which npm takes.
        fields = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableManifest("Its package.json is not JSON.") from error
    if not isinstance(fields, dict):
        raise UnreadableManifest("Its package.json is not an object.")
    return fields


def _dependencies(fields: Mapping[str, object]) -> Iterator[TemplateDependencyRecord]:
    for section, kind in _SECTIONS.items():
        for name, version in _texts(fields.get(section)).items():
            if _PACKAGE.fullmatch(name):
                yield TemplateDependencyRecord(name, one_line(version, _MAX_VERSION), kind)


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    return {name: text for name, text in value.items() if isinstance(text, str)}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
