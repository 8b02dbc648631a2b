"""Templates from a repository on GitHub: which commit it is at, and its archive."""

from aura_gql.templates.sources.github.allowance import Allowance
from aura_gql.templates.sources.github.repository import GitHubRepository
from aura_gql.templates.sources.github.values import GitHubLimits

__all__ = ["Allowance", "GitHubLimits", "GitHubRepository"]
