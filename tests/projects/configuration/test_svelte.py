import json

import pytest

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of
from tests.support.starter_kinds import PROJECTS

TYPESCRIPT = ProjectConfiguration(typescript=True)


def test_svelte_before_5_has_types_preprocessed() -> None:
    config = configured(dict(PROJECTS[StarterKind.VITE_SVELTE]), TYPESCRIPT)["svelte.config.js"]
    assert config.startswith("import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';\n")
    assert "preprocess: vitePreprocess()," in config


def test_code_without_annotations_is_taken_all_the_same() -> None:
    strict = b'{\n\t"compilerOptions": {\n\t\t// strictly\n\t\t"strict": true\n\t}\n}\n'
    files = configured({**PROJECTS[StarterKind.SVELTEKIT], "jsconfig.json": strict}, TYPESCRIPT)
    assert '\n\t\t"strict": true,\n\t\t"noImplicitAny": false\n' in files["tsconfig.json"]


def test_sveltekit_has_its_jsconfig_become_a_tsconfig() -> None:
    files = configured(dict(PROJECTS[StarterKind.SVELTEKIT]), TYPESCRIPT)
    assert "jsconfig.json" not in files
    assert json.loads(files["tsconfig.json"])["extends"] == "./.svelte-kit/tsconfig.json"
    assert manifest_of(files)["scripts"]["check"] == "check ./tsconfig.json"
    assert "from '@sveltejs/kit/vite';\n" in files["svelte.config.js"]
    assert "const config = {\n  preprocess: vitePreprocess(),\n" in files["svelte.config.js"]
    assert {"src/routes/+page.ts", "src/routes/+page.svelte"} <= files.keys()


@pytest.mark.parametrize("config", [b"export default make();\n", b"\xff"])
def test_a_configuration_of_another_shape_is_left_alone(config: bytes) -> None:
    with pytest.raises(OptionNotApplicable, match=r"svelte\.config\.js"):
        configured({**PROJECTS[StarterKind.SVELTEKIT], "svelte.config.js": config}, TYPESCRIPT)


def test_without_the_plugin_nothing_would_compile_it() -> None:
    files = {**PROJECTS[StarterKind.VITE_SVELTE], "package.json": b'{"dependencies": {"vite": "4", "svelte": "4"}}'}
    with pytest.raises(OptionNotApplicable, match="vite-plugin-svelte"):
        configured(files, TYPESCRIPT)
