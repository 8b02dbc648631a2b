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


def key_description(first: str, instead: str) -> str:
    """What an input's `idempotencyKey` promises: `first` is what the key stands for, `instead` what it prevents."""
    return (
        "A key of your own, 1 to 128 printable ASCII characters, so that asking again is safe. For 24 hours the same "
        f"input under it answers with {first} instead of {instead}, whether the first answer was lost, "
        "the server crashed or both calls came at once; other input is IDEMPOTENCY_MISMATCH. A call that was refused "
        "made nothing, so the same input under its key is tried again. Your keys are apart from those of other users, "
        "and from those of other mutations."
    )


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
