"""Dependencies are inferred from every section of a package manifest."""

import pytest

from aura_gql.templates.records import DependencyKind, TemplateDependencyRecord
from aura_gql.templates.sources.manifests import dependencies_of


def test_all_four_kinds() -> None:
    manifest = b"""{
      "dependencies": {"vue": "^3.5.0", "@vueuse/core": "latest"},
      "devDependencies": {"vite": "~8.1.0"},
      "peerDependencies": {"react": ">=18 <20"},
      "optionalDependencies": {"fsevents": "2"}
    }"""
    assert dependencies_of(manifest) == [
        TemplateDependencyRecord("vue", "^3.5.0", DependencyKind.RUNTIME),
        TemplateDependencyRecord("@vueuse/core", "latest", DependencyKind.RUNTIME),
        TemplateDependencyRecord("vite", "~8.1.0", DependencyKind.DEVELOPMENT),
        TemplateDependencyRecord("react", ">=18 <20", DependencyKind.PEER),
        TemplateDependencyRecord("fsevents", "2", DependencyKind.OPTIONAL),
    ]


def test_none_where_there_is_nothing() -> None:
    assert dependencies_of(None) == []
    assert dependencies_of(b'{"name": "empty"}') == []


@pytest.mark.parametrize(
    "manifest", [b"", b"{", b"[]", b"null", b"\xff", b'{"dependencies": ["vue"]}', b'{"dependencies": {"vue": 3}}']
)
def test_a_broken_manifest_is_a_value_error(manifest: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        dependencies_of(manifest)
