"""Saying that an option can't be applied."""

from aura_gql.projects.errors import OptionNotApplicable


def refuse(option: str, reason: str) -> OptionNotApplicable:
    """The error for the `configuration` field `option`; `reason` continues "because ..."."""
    return OptionNotApplicable(
        f"`{option}` can't be applied because {reason}.",
        field=("configuration", option),
        details={"option": option, "reason": reason},
    )
