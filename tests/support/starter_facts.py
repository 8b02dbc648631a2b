"""What the rules look at in the 40 starters of the snapshot, kept as facts so that they are tested everywhere.

`python -m tests.support.starter_facts` writes the facts anew where the snapshot is.
"""

import json
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.records import Facts, PackageManifest, Readme, StarterFile
from aura_gql.templates.records import DependencyKind, TemplateDependencyRecord
from tests.support.github.snapshot import snapshot

FACTS_FILE: Final = Path(__file__).parents[1] / "templates" / "inference" / "starters.json"
_NO_STARTERS = ("_", ".", "test/")


def kept_facts() -> dict[str, Facts]:
    """The facts of each starter, by its folder; of a dependency's version only that it has one."""
    return {folder: _facts(folder, fields) for folder, fields in json.loads(FACTS_FILE.read_bytes()).items()}


def snapshot_files() -> dict[str, dict[str, StarterFile]]:
    """The files of each starter in the snapshot, by its folder and path; it must be there."""
    path, found = snapshot(), dict[str, dict[str, StarterFile]]()
    assert path is not None
    with tarfile.open(path) as archive:
        for member in archive:
            folder, _, inside = member.name.partition("/")[2].partition("/")
            if member.isfile() and inside and not f"{folder}/".startswith(_NO_STARTERS):
                packed = archive.extractfile(member)
                assert packed is not None
                found.setdefault(folder, {})[inside] = StarterFile.of(packed.read(), executable=bool(member.mode & 64))
    return found


def fields_of(facts: Facts) -> dict[str, Any]:
    """Facts as they are kept: what is empty is left out."""
    manifest = facts.manifest or PackageManifest()
    fields = {
        "manifest": facts.manifest is not None,
        "description": manifest.description,
        "scripts": manifest.scripts,
        "main": manifest.main,
        "packageManager": manifest.package_manager,
        **{kind.value: " ".join(_names(manifest, kind)) for kind in DependencyKind},
        "names": " ".join(sorted(facts.names)),
        "extensions": " ".join(sorted(facts.extensions)),
        "readme": facts.readme.path,
        "title": facts.readme.title,
        "sentences": list(facts.readme.sentences),
    }
    return {name: value for name, value in fields.items() if value}


def _facts(folder: str, fields: Mapping[str, Any]) -> Facts:
    dependencies = [
        TemplateDependencyRecord(name, "*", kind) for kind in DependencyKind for name in fields.get(kind, "").split()
    ]
    manifest = PackageManifest(
        fields.get("description", ""),
        fields.get("scripts", {}),
        tuple(dependencies),
        fields.get("main"),
        fields.get("packageManager"),
    )
    return Facts(
        folder,
        manifest if fields.get("manifest") else None,
        frozenset(fields["names"].split()),
        frozenset(fields["extensions"].split()),
        Readme(fields.get("readme"), fields.get("title", ""), tuple(fields.get("sentences", ()))),
    )


def _names(manifest: PackageManifest, kind: DependencyKind) -> list[str]:
    return [each.name for each in manifest.dependencies if each.kind is kind]


if __name__ == "__main__":
    lines = [
        f"{json.dumps(folder)}: {json.dumps(fields_of(facts_of(folder, files)), ensure_ascii=False)}"
        for folder, files in sorted(snapshot_files().items())
    ]
    sys.stdout.write("{\n" + ",\n".join(lines) + "\n}\n")
