"""The table of weights: what each field that does work costs, in points of about 50 microseconds.

Fields that only show an attribute of their object are free; whatever has a resolver must be here, and a test sees
to it. Each item of a list costs one point more. A connection has as many as `first` says, `nodes(ids:)` as many as
there are ids, every other list as many as the table estimates. The docs and the schema's descriptions come from here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSchema,
    OperationType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from aura_gql.graph.cost import Count, FieldPrice


@dataclass(frozen=True, slots=True)
class Weight:
    """`points` for the field itself; `items` estimates the length of a list that takes neither `first` nor `ids`.

    A mutation that `stops` something, which may cost money, is not refused for want of points.
    """

    points: int
    items: int = 0
    stops: bool = False


CONNECTION_COUNT = Weight(10)
"""`totalCount` of every connection: one more query, over the whole list."""

INTROSPECTION = Weight(100)
"""`__schema` and `__type`, with all that is below them."""

UNKNOWN = Weight(10, items=50)
"""What a field costs that the table forgot."""

WEIGHTS: Mapping[str, Weight] = MappingProxyType(
    {
        "Query.viewer": Weight(0),
        "Query.rateLimit": Weight(0),
        "Query.node": Weight(10),
        "Query.nodes": Weight(20),
        "Query.templates": Weight(10),
        "Query.template": Weight(10),
        "Query.templateCategories": Weight(10, items=10),
        "Query.templateSync": Weight(10),
        "Query.templateFacets": Weight(0),
        "Query.projects": Weight(10),
        "Query.project": Weight(10),
        "Query.sandboxes": Weight(10),
        "Query.sandbox": Weight(10),
        "Query.sandboxFiles": Weight(20),
        "Query.sandboxFile": Weight(10),
        "Query.sandboxProviders": Weight(20, items=3),
        "Query.executions": Weight(20),
        "Query.execution": Weight(10),
        "Query.terminals": Weight(20),
        "Query.terminal": Weight(10),
        "Query.previewUrls": Weight(10, items=5),
        "Template.files": Weight(3, items=25),
        "Template.file": Weight(3),
        "Template.options": Weight(30, items=6),
        "Template.dependencies": Weight(3, items=20),
        "Template.readme": Weight(13),
        "Template.providers": Weight(3, items=3),
        "TemplateFacets.categories": Weight(20, items=10),
        "TemplateFacets.types": Weight(20, items=30),
        "TemplateFacets.tags": Weight(30, items=50),
        "TemplateFacets.dependencies": Weight(50, items=50),
        "TemplateFile.content": Weight(10),
        "TemplateFile.base64": Weight(10),
        "SandboxProvider.languages": Weight(20, items=11),
        "SandboxProviderLimits.sessions": Weight(3),
        "User.quota": Weight(5),
        "Project.template": Weight(2),
        "Project.sandbox": Weight(2),
        "Sandbox.ports": Weight(20, items=3),
        "Sandbox.usage": Weight(5),
        "Sandbox.syncConflicts": Weight(1, items=3),
        "SandboxSync.conflicts": Weight(1, items=3),
        "SyncVersion.content": Weight(10),
        "Project.files": Weight(5, items=50),
        "Project.folders": Weight(3, items=5),
        "Project.file": Weight(3),
        "Project.historyOf": Weight(10),
        "Project.diffOf": Weight(10),
        "Project.revisions": Weight(20),
        "Project.diff": Weight(100),
        "ProjectDiff.files": Weight(1),
        "ProjectFile.history": Weight(10),
        "ProjectFile.diff": Weight(10),
        "FileVersion.content": Weight(10),
        "FileVersion.base64": Weight(10),
        "FileDiff.text": Weight(40),
        "TextDiff.unified": Weight(5),
        "TextDiff.hunks": Weight(10, items=3),
        "Project.storage": Weight(3),
        "ProjectStorage.archives": Weight(5, items=5),
        "ProjectFile.content": Weight(10),
        "ProjectFile.base64": Weight(10),
        "SandboxFile.content": Weight(10),
        "SandboxFile.base64": Weight(10),
        "Execution.fileChanges": Weight(10),
        "Mutation.syncTemplates": Weight(100),
        "Mutation.invalidateTemplateCache": Weight(30),
        "Mutation.createProject": Weight(100),
        "Mutation.updateProject": Weight(30),
        "Mutation.deleteProject": Weight(50),
        "Mutation.retryProject": Weight(100),
        "Mutation.saveFile": Weight(50),
        "Mutation.uploadFiles": Weight(200),
        "Mutation.restoreFileVersion": Weight(50),
        "Mutation.restoreRevision": Weight(300),
        "Mutation.createUploadUrl": Weight(50),
        "Mutation.createDownloadUrl": Weight(30),
        "Mutation.applyFileOperations": Weight(300),
        "Mutation.archiveProject": Weight(200),
        "Mutation.restoreProjectArchive": Weight(500),
        "Mutation.uploadProjectArchive": Weight(500),
        "Mutation.deleteProjectArchive": Weight(50),
        "Mutation.createSandbox": Weight(200),
        "Mutation.stopSandbox": Weight(50, stops=True),
        "Mutation.extendSandbox": Weight(50),
        "Mutation.restartSandbox": Weight(200),
        "Mutation.deleteSandbox": Weight(50, stops=True),
        "Mutation.syncProjectToSandbox": Weight(200),
        "Mutation.syncSandboxToProject": Weight(200),
        "Mutation.executeCode": Weight(200),
        "Mutation.quickExecute": Weight(300),
        "Mutation.runCommand": Weight(200),
        "Mutation.sendExecutionInput": Weight(10),
        "Mutation.cancelExecution": Weight(10, stops=True),
        "Mutation.openTerminal": Weight(200),
        "Mutation.writeTerminal": Weight(5),
        "Mutation.resizeTerminal": Weight(10),
        "Mutation.closeTerminal": Weight(10, stops=True),
        "Mutation.createPreviewUrl": Weight(50),
        "Mutation.revokePreviewUrl": Weight(10, stops=True),
        "Subscription.templateSync": Weight(20),
        "Subscription.projectChanged": Weight(20),
        "Subscription.sandboxStatus": Weight(20),
        "Subscription.sandboxMetrics": Weight(50),
        "Subscription.filesChanged": Weight(20),
        "Subscription.projectArchiveChanged": Weight(20),
        "Subscription.executionOutput": Weight(50),
        "Subscription.terminalOutput": Weight(50),
    }
)


class CostTable:
    """The price of every field of one schema."""

    def __init__(self, schema: GraphQLSchema, weights: Mapping[str, Weight] = WEIGHTS) -> None:
        """Look each field up once."""
        self.roots = {kind.value: type_.name for kind, type_ in schema_roots(schema)}
        self._prices: dict[tuple[str, str], FieldPrice] = {}
        for type_name, name, field in fields_of(schema):
            self._prices[type_name, name] = _price(type_name, name, field, weights)

    def describe(self, schema: GraphQLSchema) -> None:
        """Say in the description of each field that costs something how much."""
        for type_name, name, field in fields_of(schema):
            if does_work(field) and (words := in_words(self.price_of(type_name, name))):
                field.description = f"{field.description or ''} {words}".strip()

    def price_of(self, type_name: str, name: str) -> FieldPrice:
        """The price of a field; introspection is priced as a whole."""
        if name.startswith("__"):
            return FieldPrice(0 if name == "__typename" else INTROSPECTION.points)
        return self._prices.get((type_name, name)) or FieldPrice(UNKNOWN.points)


def schema_roots(schema: GraphQLSchema) -> Iterator[tuple[OperationType, GraphQLObjectType]]:
    """The root types that there are, by the kind of operation."""
    for kind in OperationType:
        root = schema.get_root_type(kind)
        if root:
            yield kind, root


def fields_of(schema: GraphQLSchema) -> Iterator[tuple[str, str, GraphQLField]]:
    """Every field of the schema's own types, by the names of its type and its own."""
    for type_name, type_ in schema.type_map.items():
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType) and not type_name.startswith("__"):
            yield from ((type_name, name, field) for name, field in type_.fields.items())


def does_work(field: GraphQLField) -> bool:
    """Whether it has a resolver, rather than showing an attribute of its object."""
    definition = field.extensions.get(GraphQLCoreConverter.DEFINITION_BACKREF)
    return not (isinstance(definition, StrawberryField) and definition.is_basic_field)


def weight_of(type_name: str, name: str, field: GraphQLField, weights: Mapping[str, Weight]) -> Weight:
    """What the table says, for a field that may be free."""
    if not does_work(field):
        return Weight(0)
    if type_name.endswith("Connection") and name == "totalCount":
        return CONNECTION_COUNT
    return weights.get(f"{type_name}.{name}", UNKNOWN)


def in_words(price: FieldPrice) -> str:
    """The price for a reader; nothing where there is none."""
    points = f"{price.points} point{'s' if price.points > 1 else ''}"
    match price.count:
        case Count.PAGE | Count.IDS:
            return f"Costs {points}, and 1 for each item."
        case Count.ESTIMATE:
            return f"Costs {points}, and 1 for each item; {price.estimate} are expected."
    return f"Costs {points}." if price.points else ""


def _price(type_name: str, name: str, field: GraphQLField, weights: Mapping[str, Weight]) -> FieldPrice:
    weight, named = weight_of(type_name, name, field, weights), get_named_type(field.type)
    below = named.name if is_composite_type(named) else ""
    if not isinstance(get_nullable_type(field.type), GraphQLList):
        count = Count.PAGE if "first" in field.args else Count.ONCE
        return FieldPrice(weight.points, count, 0, below, weight.stops)
    if type_name.endswith("Connection") and name in ("nodes", "edges"):
        return FieldPrice(weight.points, Count.ITEMS_OF_PAGE, 0, below)
    if "ids" in field.args:
        return FieldPrice(weight.points, Count.IDS, 0, below)
    return FieldPrice(weight.points, Count.ESTIMATE if weight.items else Count.ONCE, weight.items, below)
