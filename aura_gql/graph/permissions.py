"""Who may call a field. Every mutation and subscription declares one of these as `permission_classes=[…]`."""

from typing import Any

from strawberry.permission import BasePermission
from strawberry.types.field import StrawberryField

from aura_gql.graph.context import Context
from aura_gql.kernel.errors import Forbidden


class Permission(BasePermission):
    """A rule on the viewer alone: whether an object may be touched is for the services to say.

    It is not for fields of list types, where each check would be paid for each item.
    """

    @property
    def schema_directive(self) -> object:
        """None: the exported schema carries no directive for it."""
        return None

    def has_permission(self, source: object, info: Any, **kwargs: object) -> bool:
        """True, or the domain error that says why not."""
        self.check(info.context)
        return True

    def check(self, context: Context) -> None:
        """Raise Unauthenticated or Forbidden unless the viewer may go on."""
        raise NotImplementedError


class Anyone(Permission):
    """Nobody needs to sign in for this, and that is meant."""

    def check(self, context: Context) -> None:
        """Let everybody pass."""


class SignedIn(Permission):
    """Any user with a valid session."""

    def check(self, context: Context) -> None:
        """Raise Unauthenticated where nobody is signed in."""
        context.require_viewer()


class Administrator(Permission):
    """Users whose role is administrator."""

    def check(self, context: Context) -> None:
        """Raise Unauthenticated where nobody is signed in, and Forbidden for ordinary users."""
        if not context.require_viewer().is_admin:
            raise Forbidden("Only administrators may do this.")


def declared_permissions(field: StrawberryField) -> list[type[Permission]]:
    """The house permissions that `field` declares."""
    return [permission for permission in field.permission_classes or [] if issubclass(permission, Permission)]
