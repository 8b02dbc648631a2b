import re

from aura_gql.projects.configuration import versions
from aura_gql.projects.packages import is_package_name, is_version_range


def test_every_version_is_one_that_a_user_might_ask_for() -> None:
    for name, value in vars(versions).items():
        if name.isupper():
            for package, version in value.items() if isinstance(value, dict) else [(name.lower(), value)]:
                assert is_package_name(package)
                assert is_version_range(version), f"{package} {version}"


def test_package_managers_are_pinned_exactly() -> None:
    for version in (versions.NPM, versions.PNPM, versions.YARN, versions.BUN):
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
