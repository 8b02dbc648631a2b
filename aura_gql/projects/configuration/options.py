"""Which options can be applied to a template, before anyone has chosen any."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from aura_gql.projects.configuration.configure import configure
from aura_gql.projects.configuration.workspace import FileChanges
from aura_gql.projects.errors import OptionNotApplicable
from aura_gql.projects.records import PackageManager, PackageRequest, ProjectConfiguration

_PROBES: Mapping[str, Sequence[ProjectConfiguration]] = {
    "typescript": [ProjectConfiguration(typescript=True)],
    "eslint": [ProjectConfiguration(eslint=True)],
    "prettier": [ProjectConfiguration(prettier=True)],
    "tailwindcss": [ProjectConfiguration(tailwindcss=True)],
    "packageManager": [ProjectConfiguration(package_manager=manager) for manager in PackageManager],
    "additionalDependencies": [ProjectConfiguration(additional_dependencies=(PackageRequest("a"),))],
}
OPTIONS = tuple(_PROBES)
"""The options, in the order in which they are applied."""


@dataclass(frozen=True, slots=True)
class OptionOutcome:
    """What choosing an option would do: `is_satisfied` where nothing, as the template has it already; `reason` says why
    it can't be applied, in words that continue "because", and is None where it can.
    """

    name: str
    is_satisfied: bool
    reason: str | None

    @property
    def is_applicable(self) -> bool:
        """Whether it can be chosen."""
        return self.reason is None


def options_of(files: Mapping[str, bytes], *, paths: Iterable[str] = ()) -> tuple[OptionOutcome, ...]:
    """The outcome of each option alone; as `configure` takes the files. Where one of the package managers can be chosen
    the option can.
    """
    paths = list(paths)
    return tuple(_outcome(name, probes, files, paths) for name, probes in _PROBES.items())


def refuse_all(reason: str) -> tuple[OptionOutcome, ...]:
    """The outcomes where nothing can be applied, for one reason."""
    return tuple(OptionOutcome(name, is_satisfied=False, reason=reason) for name in OPTIONS)


def _outcome(
    name: str, probes: Sequence[ProjectConfiguration], files: Mapping[str, bytes], paths: Sequence[str]
) -> OptionOutcome:
    reason = None
    for probe in probes:
        try:
            changes = configure(probe, files, paths=paths)
        except OptionNotApplicable as error:
            reason = str((error.details or {}).get("reason"))
        else:
            return OptionOutcome(name, is_satisfied=changes == FileChanges(), reason=None)
    return OptionOutcome(name, is_satisfied=False, reason=reason)
