"""The templates room's enums, described for the schema."""

from aura_gql.graph.enums import publish_enum
from aura_gql.templates.records import DependencyKind, TemplateOrder

__all__ = ["DependencyKind", "TemplateOrder"]

publish_enum(
    DependencyKind,
    "Which list of the package manifest names a dependency.",
    {
        DependencyKind.RUNTIME: "Needed to run: `dependencies`.",
        DependencyKind.DEVELOPMENT: "Needed to build or test: `devDependencies`.",
        DependencyKind.PEER: "Expected of the surroundings: `peerDependencies`.",
        DependencyKind.OPTIONAL: "Used where it installs: `optionalDependencies`.",
    },
)
publish_enum(
    TemplateOrder,
    "In which order templates are listed. Ties are broken so that the order is stable.",
    {
        TemplateOrder.POPULAR: "The most used in projects first.",
        TemplateOrder.NAME: "By name, A to Z.",
        TemplateOrder.NEWEST: "The latest added first.",
        TemplateOrder.RELEVANCE: (
            "What matches `filter.text` best first: by its name, then by slug, type, category or tags, by description, "
            "by dependencies, by its README; equals by popularity. Without a text as POPULAR."
        ),
    },
)
