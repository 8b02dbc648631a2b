"""The whole schema: the rooms' roots merged into three."""

import strawberry

from aura_gql.graph.archives.mutations import ArchiveMutations
from aura_gql.graph.archives.queries import fetch_archives
from aura_gql.graph.archives.subscriptions import ArchiveSubscriptions
from aura_gql.graph.cost_budget import CostBudget
from aura_gql.graph.executions.mutations import ExecutionMutations
from aura_gql.graph.executions.queries import ExecutionQueries, fetch_executions
from aura_gql.graph.executions.subscriptions import ExecutionSubscriptions
from aura_gql.graph.files.mutations import FileMutations
from aura_gql.graph.files.subscriptions import FileSubscriptions
from aura_gql.graph.history.mutations import HistoryMutations
from aura_gql.graph.house_schema import HouseSchema
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.links.mutations import LinkMutations
from aura_gql.graph.nodes import Node, by_object_id, node_field, nodes_field
from aura_gql.graph.observer import OperationObserver
from aura_gql.graph.previews.mutations import PreviewMutations
from aura_gql.graph.previews.queries import PreviewQueries, fetch_preview_urls
from aura_gql.graph.projects.mutations import ProjectMutations
from aura_gql.graph.projects.queries import ProjectQueries, fetch_projects
from aura_gql.graph.projects.subscriptions import ProjectSubscriptions
from aura_gql.graph.rate_limit import RateLimitQueries
from aura_gql.graph.sandboxes.files import SandboxFileQueries
from aura_gql.graph.sandboxes.mutations import SandboxMutations
from aura_gql.graph.sandboxes.queries import SandboxQueries, fetch_sandboxes
from aura_gql.graph.sandboxes.subscriptions import SandboxSubscriptions
from aura_gql.graph.sandboxes.syncs import SyncMutations
from aura_gql.graph.templates.cache import TemplateCacheMutations
from aura_gql.graph.templates.queries import TemplateQueries, fetch_templates
from aura_gql.graph.templates.syncs.roots import (
    TemplateSyncMutations,
    TemplateSyncQueries,
    TemplateSyncSubscriptions,
    fetch_template_syncs,
)
from aura_gql.graph.terminals.mutations import TerminalMutations
from aura_gql.graph.terminals.queries import TerminalQueries, fetch_terminals
from aura_gql.graph.terminals.subscriptions import TerminalSubscriptions
from aura_gql.graph.users.queries import UserQueries, fetch_users

_FETCHERS = {
    "Execution": by_object_id(fetch_executions),
    "PreviewUrl": by_object_id(fetch_preview_urls),
    "Project": by_object_id(fetch_projects),
    "ProjectArchive": by_object_id(fetch_archives),
    "Sandbox": by_object_id(fetch_sandboxes),
    "Terminal": by_object_id(fetch_terminals),
    "Template": by_object_id(fetch_templates),
    "TemplateSync": by_object_id(fetch_template_syncs),
    "User": fetch_users,
}


@strawberry.type(description="What can be asked.")
class Query(
    UserQueries,
    RateLimitQueries,
    TemplateQueries,
    TemplateSyncQueries,
    ProjectQueries,
    SandboxQueries,
    SandboxFileQueries,
    ExecutionQueries,
    TerminalQueries,
    PreviewQueries,
):
    """The query root."""

    node: Node | None = node_field(_FETCHERS)
    nodes: list[Node | None] = nodes_field(_FETCHERS)


@strawberry.type(description="What can be done. Expected failures are in the payload's `errors`, never on top.")
class Mutation(
    TemplateCacheMutations,
    TemplateSyncMutations,
    ProjectMutations,
    FileMutations,
    HistoryMutations,
    LinkMutations,
    ArchiveMutations,
    SandboxMutations,
    SyncMutations,
    ExecutionMutations,
    TerminalMutations,
    PreviewMutations,
):
    """The mutation root."""


@strawberry.type(description="What can be watched.")
class Subscription(
    TemplateSyncSubscriptions,
    ProjectSubscriptions,
    FileSubscriptions,
    ArchiveSubscriptions,
    SandboxSubscriptions,
    ExecutionSubscriptions,
    TerminalSubscriptions,
):
    """The subscription root."""


def create_schema(
    limits: QueryLimits | None = None, observer: OperationObserver | None = None, budget: CostBudget | None = None
) -> HouseSchema:
    """The schema of this server, with the bounds that its settings give to one operation and to all of a caller."""
    schema = HouseSchema(Query, Mutation, Subscription, limits=limits, observer=observer, budget=budget)
    schema.costs.describe(schema._schema)
    return schema
