"""Which npm packages a project may ask for: names by npm's rules, versions from the registry only."""

import re
from collections.abc import Iterable

from aura_gql.projects.errors import InvalidPackage
from aura_gql.projects.records import PackageRequest

MAX_PACKAGES = 50
MAX_PACKAGE_NAME_LENGTH = 214
MAX_VERSION_LENGTH = 100

_FIELD = ("configuration", "additionalDependencies")
# npm would let a name begin with `-`, too; on a command line it were an option.
_NAME = re.compile(r"(?:@[a-z0-9~][a-z0-9._~-]*/)?[a-z0-9~][a-z0-9._~-]*")
_RESERVED_NAMES = frozenset({"node_modules", "favicon.ico"})
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
_IDENTIFIERS = r"[0-9A-Za-z-]{1,32}(?:\.[0-9A-Za-z-]{1,32}){0,8}"
_NUMBER = r"(?:[xX*]|[0-9]{1,16})"
_VERSION = rf"v?{_NUMBER}(?:\.{_NUMBER}){{0,2}}(?:-{_IDENTIFIERS})?(?:\+{_IDENTIFIERS})?"
_COMPARATOR = re.compile(rf"(?:[~^]|[<>]=?|=)? ?{_VERSION}")
_HYPHEN_RANGE = re.compile(rf"{_VERSION} - {_VERSION}")
_OPERATOR_GAP = re.compile(r"([~^<>=]) (?=[0-9v*xX])")


def check_packages(packages: Iterable[PackageRequest]) -> None:
    """InvalidPackage below `configuration.additionalDependencies` for the first rule that is broken."""
    listed = list(packages)
    if len(listed) > MAX_PACKAGES:
        raise InvalidPackage(
            f"A project can ask for at most {MAX_PACKAGES} additional dependencies; these are {len(listed):,}.",
            field=_FIELD,
        )
    seen: set[str] = set()
    for index, package in enumerate(listed):
        where = (*_FIELD, str(index))
        if not is_package_name(package.name):
            raise InvalidPackage(
                f"{package.name[:60]!r} is not an npm package name: lower-case letters, digits, `-`, `.`, `_` and `~`, "
                f"not beginning with `.`, `_` or `-`, maybe behind an `@scope/`, at most {MAX_PACKAGE_NAME_LENGTH}.",
                field=(*where, "name"),
            )
        if package.version is not None and not is_version_range(package.version):
            raise InvalidPackage(
                f"{package.version[:60]!r} is not a version of {package.name}: give a semver range such as `^1.2.0` or "
                "a tag such as `latest`; addresses, files and git repositories are not allowed.",
                field=(*where, "version"),
            )
        if package.name in seen:
            raise InvalidPackage(f"{package.name} is named twice.", field=(*where, "name"))
        seen.add(package.name)


def is_package_name(name: str) -> bool:
    """Whether npm would let a new package have this name, and no program would take it for an option."""
    return len(name) <= MAX_PACKAGE_NAME_LENGTH and name not in _RESERVED_NAMES and bool(_NAME.fullmatch(name))


def is_version_range(version: str) -> bool:
    """Whether it is a semver range or a registry tag, and nothing that npm would fetch from elsewhere."""
    if not version or len(version) > MAX_VERSION_LENGTH:
        return False
    if _TAG.fullmatch(version):
        return True
    return all(_is_comparator_set(part.strip(" ")) for part in version.split("||"))


def _is_comparator_set(text: str) -> bool:
    if _HYPHEN_RANGE.fullmatch(text):
        return True
    comparators = _OPERATOR_GAP.sub(r"\1", text).split(" ")
    return all(_COMPARATOR.fullmatch(comparator) for comparator in comparators)
