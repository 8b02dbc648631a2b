"""The doctor's check of GitHub, where templates come from: it never fails, since the server works without."""

from typing import Final

from aura_gql.commands.findings import Finding, State
from aura_gql.settings import Settings
from aura_gql.templates.errors import (
    TemplateRepositoryNotFound,
    TemplateSourceRefused,
    TemplatesRateLimited,
    TemplatesUnavailable,
)
from aura_gql.templates.sources.github import Allowance, GitHubLimits, GitHubRepository

_GITHUB: Final = "GitHub"
_PATIENCE_S: Final = 5.0
_FEW: Final = 10
_GO_ON: Final = "Until then templates are those that are there."


async def check_github(settings: Settings) -> list[Finding]:
    """Whether it can be reached, knows our token and has the repository, and how many requests are left.

    Nothing is asked where the server looks at GitHub only when it is told to.
    """
    templates = settings.templates
    if templates.template_sync_interval_s == 0:
        told = "not asked, since TEMPLATE_SYNC_INTERVAL_S is 0; new templates come by `aura-gql sync-templates` alone"
        return [Finding(_GITHUB, State.OK, told)]
    limits = GitHubLimits(1, total_s=_PATIENCE_S, idle_s=_PATIENCE_S, connect_s=_PATIENCE_S, attempts=1)
    place = f"{templates.template_repository} at {templates.template_ref}"
    repository = GitHubRepository(
        templates.github_api_url, templates.template_repository, templates.template_ref, templates.github_token, limits
    )
    try:
        allowance = await repository.allowance()
        if allowance is not None and allowance.left == 0:
            raise TemplatesRateLimited("All requests are used up.", allowance.resets_at)
        resolved = await repository.resolve()
    except TemplatesRateLimited as error:
        advice = f"Set GITHUB_TOKEN: with one it answers more requests. {_GO_ON}"
        return [_warning(f"{error.message} It can be asked again at {error.retry_at:%H:%M} UTC.", advice)]
    except TemplatesUnavailable as error:
        return [_warning(error.message, f"See that GITHUB_API_URL can be reached from here. {_GO_ON}")]
    except TemplateRepositoryNotFound:
        return [_warning(f"has no {place}, or hides it", "Correct TEMPLATE_REPOSITORY, TEMPLATE_REF or GITHUB_TOKEN.")]
    except TemplateSourceRefused as error:
        return [_warning(error.message, f"Correct GITHUB_TOKEN or GITHUB_API_URL. {_GO_ON}")]
    return [_well(f"{place} is {resolved.sha[:7]}", allowance)]


def _well(told: str, allowance: Allowance | None) -> Finding:
    if allowance is None:
        return Finding(_GITHUB, State.OK, told)
    left = f"{told}; {allowance.left} of {allowance.limit} requests are left until {allowance.resets_at:%H:%M} UTC"
    if allowance.left < _FEW:
        return _warning(left, "Others at this address use them up; set GITHUB_TOKEN.")
    return Finding(_GITHUB, State.OK, left)


def _warning(told: str, advice: str) -> Finding:
    return Finding(_GITHUB, State.WARNING, told, advice)
