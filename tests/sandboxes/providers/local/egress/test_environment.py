"""What commands are told of the way out."""

from aura_gql.sandboxes.egress import EgressPolicy
from aura_gql.sandboxes.providers.local.bwrap import MEMORY_FOLDERS, PROJECT_FOLDER
from aura_gql.sandboxes.providers.local.egress.environment import egress_environment
from aura_gql.sandboxes.providers.local.listening import EGRESS_PORT
from aura_gql.sandboxes.providers.local.watched_tree import UNWATCHED_FOLDERS
from aura_gql.sandboxes.syncing.ignoring import IGNORED_FOLDERS


def test_names_the_proxy_and_what_goes_without_it() -> None:
    variables = egress_environment(EgressPolicy())
    assert variables["https_proxy"] == variables["HTTP_PROXY"] == f"http://127.0.0.1:{EGRESS_PORT}"
    assert "localhost" in variables["NO_PROXY"]
    assert "PIP_INDEX_URL" not in variables
    assert "npm_config_registry" not in variables


def test_names_the_registries() -> None:
    variables = egress_environment(
        EgressPolicy(npm_registry="http://npm.example", pip_index="http://pip.example/simple")
    )
    assert variables["PIP_INDEX_URL"] == "http://pip.example/simple"
    assert variables["PIP_TRUSTED_HOST"] == "pip.example"
    assert variables["npm_config_registry"] == "http://npm.example"


def test_npm_keeps_what_it_fetched_where_it_takes_no_memory() -> None:
    folder = egress_environment(EgressPolicy())["npm_config_cache"]
    assert not folder.startswith(MEMORY_FOLDERS)
    assert folder.removeprefix(f"{PROJECT_FOLDER}/").split("/")[0] in IGNORED_FOLDERS & UNWATCHED_FOLDERS
