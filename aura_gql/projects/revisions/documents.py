"""The query for the revisions that projects need."""

from collections.abc import Collection

from aura_gql.projects.documents import ProjectDocument
from aura_gql.projects.records import InitialisationStep, ProjectStatus

_UNFINISHED = [ProjectStatus.INITIALIZING.value, ProjectStatus.ERROR.value]
_HAVE_FILES = [InitialisationStep.STARTING_SANDBOX.value, InitialisationStep.DONE.value]


async def find_needed(revisions: Collection[str]) -> set[str]:
    """Those of the revisions of templates that a project without its files is being made from, or was when it failed,
    after which its owner may have it tried again.
    """
    query = {
        "status": {"$in": _UNFINISHED},
        "step": {"$nin": _HAVE_FILES},
        "template_revision": {"$in": list(revisions)},
    }
    return set(await ProjectDocument.get_pymongo_collection().distinct("template_revision", query))
