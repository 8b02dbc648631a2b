import json

import pytest

from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.configuration.typescript import is_typescript
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter, workspace

TYPESCRIPT = ProjectConfiguration(typescript=True)


@pytest.mark.parametrize(
    ("slug", "entry", "checker", "tool"),
    [
        ("vite-react", "src/main.tsx", "tsc --noEmit", "@types/react-dom"),
        ("vite-vue", "src/main.ts", "vue-tsc --noEmit", "vue-tsc"),
        ("vite-svelte", "src/main.ts", "svelte-check --tsconfig ./tsconfig.json", "svelte-check"),
        ("vite-vanilla", "src/main.ts", "tsc --noEmit", "typescript"),
    ],
)
def test_a_vite_app_is_checked_before_it_is_built(slug: str, entry: str, checker: str, tool: str) -> None:
    files = configured(starter(slug), TYPESCRIPT)
    manifest = manifest_of(files)
    assert f'src="/{entry}"' in files["index.html"]
    assert not [path for path in files if path.startswith("src/") and path.endswith((".js", ".jsx"))]
    assert manifest["scripts"]["build"] == f"{checker} && vite build"
    assert manifest["scripts"]["typecheck"] == checker
    assert {"typescript", tool} <= manifest["devDependencies"].keys()
    assert json.loads(files["tsconfig.json"])["compilerOptions"]["strict"] is True
    assert 'types="vite/client"' in files["src/vite-env.d.ts"]
    assert "vite.config.js" in files


def test_what_names_a_renamed_file_follows() -> None:
    files = configured(starter("vite-react"), TYPESCRIPT)
    assert "import App from './App.tsx';" in files["src/main.tsx"]
    assert "getElementById('app')!" in files["src/main.tsx"]
    assert "<code>src/App.tsx</code>" in files["src/App.tsx"]
    assert "src/main.tsx" in files["README.md"]


@pytest.mark.parametrize(("slug", "path"), [("vite-vue", "src/App.vue"), ("vite-svelte", "src/App.svelte")])
def test_components_say_their_language(slug: str, path: str) -> None:
    assert 'lang="ts">' in configured(starter(slug), TYPESCRIPT)[path].splitlines()[0]


def test_a_node_program_runs_through_tsx() -> None:
    files = configured(starter("node-script"), TYPESCRIPT)
    scripts = manifest_of(files)["scripts"]
    assert scripts["start"] == "tsx index.ts"
    assert scripts["dev"] == "tsx watch index.ts"
    assert scripts["test"].startswith("tsx --test ")
    assert scripts["typecheck"] == "tsc --noEmit"
    assert {"index.ts", "chart.ts", "chart.test.ts", "tsconfig.json"} <= files.keys()
    assert "from './chart.js'" in files["index.ts"]
    assert manifest_of(files)["devDependencies"].keys() == {"typescript", "tsx", "@types/node"}


def test_express_gets_its_types_and_keeps_what_browsers_load() -> None:
    before = {**starter("express"), "public/page.js": b"let a;"}
    files = configured(before, TYPESCRIPT)
    assert "@types/express" in manifest_of(files)["devDependencies"]
    assert {"server.ts", "routes/notes.ts", "public/page.js"} <= files.keys()
    assert "from './routes/notes.js'" in files["server.ts"]


def test_the_entry_in_the_manifest_follows() -> None:
    files = {"package.json": b'{"main": "index.js"}', "index.js": b"", "lib/util.mjs": b"", "a.config.js": b""}
    after = configured(files, TYPESCRIPT)
    assert manifest_of(after)["main"] == "index.ts"
    assert after.keys() >= {"index.ts", "lib/util.mts", "a.config.js"}


def test_a_template_that_is_typescript_stays_as_it_is() -> None:
    before = starter("typescript-node")
    assert configured(before, TYPESCRIPT) == {path: data.decode() for path, data in before.items()}


@pytest.mark.parametrize("slug", ["python-script", "static-page", "bash-script"])
def test_without_packages_it_is_refused(slug: str) -> None:
    with pytest.raises(OptionNotApplicable, match=r"without a package\.json") as caught:
        configured(starter(slug), TYPESCRIPT)
    assert caught.value.field == ("configuration", "typescript")


@pytest.mark.parametrize("package", [b'{"dependencies": {"next": "16"}}', b"{}"])
def test_where_there_is_nothing_to_rename_it_is_refused(package: bytes) -> None:
    with pytest.raises(OptionNotApplicable):
        configured({"package.json": package}, TYPESCRIPT)


def test_a_tsconfig_is_enough_to_be_typescript() -> None:
    space = workspace(package_json="{}", tsconfig_json="{}")
    manifest = Manifest.of(space)
    assert manifest is not None
    assert is_typescript(space, manifest)
