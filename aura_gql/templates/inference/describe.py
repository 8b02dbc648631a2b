"""A whole starter described."""

from collections.abc import Mapping
from typing import Final

from aura_gql.templates.inference.facts import facts_of
from aura_gql.templates.inference.naming import name_of
from aura_gql.templates.inference.records import Description, Facts, StarterFile
from aura_gql.templates.inference.rules import rule_for
from aura_gql.templates.inference.sentences import description_of
from aura_gql.templates.inference.start import start_of, tools_of
from aura_gql.templates.inference.tags import tags_of

# Brings what there is; nothing of such a starter says what to do with it.
_INSTALL_ALONE: Final = "npm install"


def describe(folder: str, files: Mapping[str, StarterFile]) -> Description:
    """What the catalogue says of the starter that lies in `folder`, by its files and nothing else; UnreadableManifest.

    Only `package.json` and the README need their data. Every text is plain and bounded.
    """
    return describe_facts(facts_of(folder, files))


def describe_facts(facts: Facts) -> Description:
    """The same, of facts."""
    rule = rule_for(facts)
    command = start_of(facts) or _INSTALL_ALONE
    return Description(
        name=name_of(facts, rule),
        description=description_of(facts, rule),
        type=rule.type,
        category=rule.category,
        tags=tags_of(facts, rule),
        start_command=command,
        required_tools=tools_of(command),
        readme_path=facts.readme.path,
        dependencies=() if facts.manifest is None else facts.manifest.dependencies,
    )
