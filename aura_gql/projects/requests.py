"""A request to create a project as JSON-able values, by which an idempotency key knows it again."""

from dataclasses import asdict

from aura_gql.projects.records import NewProject


def creation_request(new: NewProject) -> dict[str, object]:
    """Everything that was asked for."""
    return {
        "name": new.name,
        "description": new.description,
        "template_id": str(new.template_id),
        "configuration": asdict(new.configuration),
        "sandbox_provider": new.sandbox_provider,
        "auto_start_sandbox": new.auto_start_sandbox,
    }
