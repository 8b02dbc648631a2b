import json

import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.tsconfig import JSCONFIG, TSCONFIG, write_tsconfig
from aura_gql.projects.configuration.workspace import Workspace
from aura_gql.projects.errors import OptionNotApplicable


@pytest.mark.parametrize("kind", [StarterKind.VITE, StarterKind.NODE, StarterKind.BUNDLED_PAGE, StarterKind.NEXT])
def test_it_is_json_that_emits_nothing(kind: StarterKind) -> None:
    space = Workspace({})
    write_tsconfig(space, kind)
    assert json.loads(space.read(TSCONFIG) or "")["compilerOptions"]["noEmit"] is True


def test_aliases_are_taken_over() -> None:
    paths = {"baseUrl": ".", "paths": {"@/*": ["./src/*"]}}
    space = Workspace({JSCONFIG: json.dumps({"compilerOptions": {**paths, "checkJs": True}}).encode()})
    write_tsconfig(space, StarterKind.NEXT)
    options = json.loads(space.read(TSCONFIG) or "")["compilerOptions"]
    assert {name: options[name] for name in paths} == paths
    assert "checkJs" not in options
    assert not space.exists(JSCONFIG)


@pytest.mark.parametrize("text", [b'// a\n{"compilerOptions": {"paths": {}}}', b"\xff"])
def test_aliases_that_can_not_be_read_are_not_lost(text: bytes) -> None:
    with pytest.raises(OptionNotApplicable, match=r"jsconfig\.json"):
        write_tsconfig(Workspace({JSCONFIG: text}), StarterKind.VITE)


def test_comments_for_editors_are_no_loss() -> None:
    space = Workspace({JSCONFIG: b'{ // a\n"compilerOptions": {"checkJs": true}}'})
    write_tsconfig(space, StarterKind.VITE_SVELTE)
    assert space.paths() == [TSCONFIG]
