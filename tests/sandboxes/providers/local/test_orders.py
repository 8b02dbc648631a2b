"""Orders as the supervisor takes them, and what none is made of."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.sandboxes.providers.local.inside.command import Order
from aura_gql.sandboxes.providers.local.orders import MAX_ORDER_BYTES, order_of


def test_an_order_is_understood() -> None:
    order = Order(order_of(["ls", "-l"], "/home/x", "deep/down", {"A": "b=c"}, {4: 0}, (80, 24)))
    assert (order.argv, order.cwd, order.env) == ([b"ls", b"-l"], b"/home/x/deep/down", {b"A": b"b=c"})
    assert order.window == [80, 24]
    assert Order(order_of(["ls"], "/home/x", ".", {}, {4: 0})).cwd == b"/home/x"


@pytest.mark.parametrize(
    ("argv", "cwd", "env"),
    [
        ([], ".", {}),
        ([""], ".", {}),
        (["a\0"], ".", {}),
        (["a"], "..", {}),
        (["a"], "/etc", {}),
        (["a"], ".", {"": "x"}),
        (["a"], ".", {"A=B": "x"}),
        (["a"], ".", {"A": "\0"}),
        (["a", "x" * MAX_ORDER_BYTES], ".", {}),
    ],
)
def test_what_the_kernel_could_not_take_is_refused(argv: list[str], cwd: str, env: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        order_of(argv, "/project", cwd, env, {4: 0})
