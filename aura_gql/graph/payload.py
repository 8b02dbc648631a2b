"""What goes into a mutation and what comes out: one input; the resource, or the errors."""

from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Annotated, Any, ParamSpec, TypeVar, cast

import strawberry

from aura_gql.graph.context import Context
from aura_gql.graph.errors import UserError, is_user_error, to_user_error
from aura_gql.kernel.errors import DomainError


@strawberry.type
class Payload:
    """What every mutation's payload begins with. Fields of a subclass are nullable and default to None."""

    errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why it was not done; empty where it was."
    )


ParametersT = ParamSpec("ParametersT")
PayloadT = TypeVar("PayloadT", bound=Payload)
InputT = TypeVar("InputT")

Input = Annotated[InputT, strawberry.argument(description="All that it needs to know.")]
"""The one argument of a mutation, `input: Input[CreateProjectInput]`, with its description."""


def settled(
    mutation: Callable[ParametersT, Awaitable[PayloadT]],
) -> Callable[ParametersT, Coroutine[Any, Any, PayloadT]]:
    """Have the expected failures of a mutation's resolver answered as `errors` of the payload that it returns.

    Whatever is not for payloads (authentication, an outage, a bug) passes through and becomes a top-level error.
    """
    payload_type = mutation.__annotations__.get("return")
    if not (isinstance(payload_type, type) and issubclass(payload_type, Payload)):
        raise TypeError(f"{mutation!r} must be annotated to return a Payload")

    @wraps(mutation)
    async def resolver(*args: ParametersT.args, **kwargs: ParametersT.kwargs) -> PayloadT:
        try:
            return await mutation(*args, **kwargs)
        except DomainError as error:
            if not is_user_error(error):
                raise
            _note(kwargs.get("info"), error)
            return cast(PayloadT, payload_type(errors=[to_user_error(error)]))

    return resolver


def _note(info: object, error: DomainError) -> None:
    context = getattr(info, "context", None)
    if isinstance(context, Context):
        context.note_error(error.code.value)
