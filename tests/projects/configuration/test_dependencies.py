import json

from aura_gql.projects.configuration.dependencies import add_dependencies
from aura_gql.projects.configuration.manifest import Manifest
from aura_gql.projects.records import PackageRequest, ProjectConfiguration
from tests.projects.configuration.starters import configured, manifest_of, starter


def test_they_go_sorted_where_they_belong() -> None:
    manifest = Manifest({"dependencies": {"express": "^5.0.0"}})
    add_dependencies(manifest, [PackageRequest("zod"), PackageRequest("cors", "^2.8.0"), PackageRequest("a", dev=True)])
    fields = json.loads(manifest.text())
    assert list(fields["dependencies"].items()) == [("cors", "^2.8.0"), ("express", "^5.0.0"), ("zod", "latest")]
    assert fields["devDependencies"] == {"a": "latest"}


def test_they_win_over_the_template_and_the_other_options() -> None:
    wanted = (PackageRequest("vite", "8.0.0"), PackageRequest("eslint", "9.0.0", dev=True))
    files = configured(starter("vite-react"), ProjectConfiguration(eslint=True, additional_dependencies=wanted))
    manifest = manifest_of(files)
    assert manifest["dependencies"]["vite"] == "8.0.0"
    assert "vite" not in manifest["devDependencies"]
    assert manifest["devDependencies"]["eslint"] == "9.0.0"
