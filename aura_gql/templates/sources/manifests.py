"""What a template's own package manifest says."""

import json
from collections.abc import Mapping

from aura_gql.templates.records import DependencyKind, TemplateDependencyRecord

_SECTIONS = {
    "dependencies": DependencyKind.RUNTIME,
    "devDependencies": DependencyKind.DEVELOPMENT,
    "peerDependencies": DependencyKind.PEER,
    "optionalDependencies": DependencyKind.OPTIONAL,
}


def dependencies_of(package_json: bytes | None) -> list[TemplateDependencyRecord]:
    """The packages that a `package.json` asks for, in its order; none where there is no such file.

    ValueError where it is not JSON, or a section does not map names to version ranges.
    """
    if package_json is None:
        return []
    manifest = json.loads(package_json)
    if not isinstance(manifest, Mapping):
        raise ValueError("package.json is not an object")
    return [
        TemplateDependencyRecord(name, version, kind)
        for section, kind in _SECTIONS.items()
        for name, version in _section(manifest, section).items()
    ]


def _section(manifest: Mapping[str, object], section: str) -> Mapping[str, str]:
    packages = manifest.get(section, {})
    if not isinstance(packages, Mapping) or not all(isinstance(version, str) for version in packages.values()):
        raise ValueError(f"{section} of package.json does not map names to version ranges")
    return packages
