import pytest

from aura_gql.projects.errors import InvalidPackage
from aura_gql.projects.packages import check_packages, is_package_name, is_version_range
from aura_gql.projects.records import PackageRequest

FIELD = ("configuration", "additionalDependencies")


@pytest.mark.parametrize("name", ["react", "@types/node", "lodash.merge", "a", "x-y_z~1", "@a/b", "7zip", "a" * 214])
def test_a_good_name(name: str) -> None:
    assert is_package_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "", "React", ".x", "_x", "a b", "a/b", "@a", "@/b", "@a/.b", "../x", "x@1", "npm:x", "http://x",
        "a" * 215, "node_modules",
        "favicon.ico", "x\n", "é", "@a/b/c", "a;rm", "$(x)", "a" * 100_000, f"@{'a' * 107}/{'b' * 107}", "a\u0000",
        "\u0430", "a\u200b", "a\\b", "file:a", "git+x", "@a/../b", "a/..", "~/a", "-", "--force", "@-a/b", "a%2fb",
        "a:b", "a=1", "a,b",
    ],
)  # fmt: skip
def test_a_bad_name(name: str) -> None:
    assert not is_package_name(name)


@pytest.mark.parametrize(
    "version",
    [
        "1.2.3", "^1.2.3", "~1.2", ">=1 <2", ">= 1.2.0 < 2.0.0", "1.x", "*", "1.2.3 - 2.3.4", "^1 || ^2", "1||2",
        "latest", "next",
        "1.0.0-beta.1", "v1.2.3", "=1.0.0", "1.2.3+build.5", "beta-2", "7",
    ],
)  # fmt: skip
def test_a_good_version(version: str) -> None:
    assert is_version_range(version)


@pytest.mark.parametrize(
    "version",
    [
        "", " ", "file:../x", "git+ssh://x", "https://x/y", "user/repo", "npm:other@1", "link:.", "workspace:*",
        "1.2.3 && rm",
        "1 --registry=http://x", "latest --force", "1;2", "^", "||", "1 ||", "1.2.3.4", "\n1", "1\n", "1" * 101, "../x",
        "$(id)", "@a", "1  2", "-1", "latest next", "1.2.3-", "github:a/b", "~ ~1", "npm:a@^1.0.0", "git@x:a/b",
        "http:a", "catalog:", "portal:a", "patch:a", "exec:a", "1.2.3\u0000", "\uff11.0.0", "latest\n", "a" * 100_000,
        "1 || file:a",
        "9" * 17, "<=", ">=", "1 - ", "^^1", "1.0.0 - 2.0.0 - 3.0.0", "|| 1", "a/b#c", "next#a", "a b", "lat\u0435st",
    ],
)  # fmt: skip
def test_a_bad_version(version: str) -> None:
    assert not is_version_range(version)


def test_good_packages_pass() -> None:
    check_packages([PackageRequest(f"p{number}") for number in range(50)])
    check_packages([])


@pytest.mark.parametrize(
    ("packages", "field"),
    [
        ([PackageRequest("a"), PackageRequest("A")], (*FIELD, "1", "name")),
        ([PackageRequest("a", "file:.")], (*FIELD, "0", "version")),
        ([PackageRequest("a"), PackageRequest("a", dev=True)], (*FIELD, "1", "name")),
        ([PackageRequest(f"p{number}") for number in range(51)], FIELD),
    ],
)
def test_the_first_bad_one_is_named(packages: list[PackageRequest], field: tuple[str, ...]) -> None:
    with pytest.raises(InvalidPackage) as caught:
        check_packages(packages)
    assert caught.value.field == field
