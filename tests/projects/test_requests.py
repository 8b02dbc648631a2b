import json
from dataclasses import replace

from bson import ObjectId

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.projects.records import NewProject, PackageManager, PackageRequest, ProjectConfiguration
from aura_gql.projects.requests import creation_request

NEW = NewProject("Name", ObjectId())


def test_whatever_differs_is_another_request() -> None:
    others = [
        NEW,
        replace(NEW, name="Other"),
        replace(NEW, template_id=ObjectId()),
        replace(NEW, description="Told"),
        replace(NEW, configuration=ProjectConfiguration(eslint=True)),
        replace(NEW, configuration=ProjectConfiguration(package_manager=PackageManager.BUN)),
        replace(NEW, configuration=ProjectConfiguration(additional_dependencies=(PackageRequest("a"),))),
        replace(NEW, sandbox_provider=SandboxProviderName.E2B),
        replace(NEW, auto_start_sandbox=True),
    ]
    assert len({json.dumps(creation_request(new), sort_keys=True) for new in others}) == len(others)
