"""The option `additionalDependencies`."""

from collections.abc import Iterable

from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.records import PackageRequest

DEFAULT_VERSION = "latest"


def add_dependencies(manifest: Manifest, packages: Iterable[PackageRequest]) -> None:
    """Ask for the packages in the versions wanted, `latest` where none is; they win over what the template asks for."""
    for package in packages:
        manifest.add(package.name, package.version or DEFAULT_VERSION, dev=package.dev)
