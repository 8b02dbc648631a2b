"""Saying that an option can't be applied."""

from aura_gql.projects.configuration.kind import StarterKind
from aura_gql.projects.configuration.reasons import reason_against
from aura_gql.projects.errors import OptionNotApplicable


def refuse(option: str, reason: str) -> OptionNotApplicable:
    """The error for the `configuration` field `option`; `reason` continues "because ..."."""
    return OptionNotApplicable(
        f"`{option}` can't be applied because {reason}.",
        field=("configuration", option),
        details={"option": option, "reason": reason},
    )


def check_kind(option: str, kind: StarterKind) -> None:
    """OptionNotApplicable where the option is for no project of this sort."""
    if reason := reason_against(option, kind):
        raise refuse(option, reason)
