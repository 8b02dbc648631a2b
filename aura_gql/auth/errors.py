"""What can go wrong with a sign-in."""

from aura_gql.kernel.errors import InvalidInput


class InvalidEmail(InvalidInput):
    """It can't be an e-mail address."""
