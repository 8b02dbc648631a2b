"""One operation's surroundings."""

import pytest

from aura_gql.graph.context import MAX_DIFF_LINES
from aura_gql.kernel.errors import TooMuchAsked, Unauthenticated
from tests.support.graph import Stage, make_viewer
from tests.support.graph_schema import item_values


def test_somebody_must_be_signed_in() -> None:
    viewer = make_viewer()
    assert Stage().context(viewer).require_viewer() is viewer
    with pytest.raises(Unauthenticated):
        Stage().context().require_viewer()


def test_the_lines_of_diffs_in_one_answer_are_bounded() -> None:
    context = Stage().context()
    context.take_diff_lines(MAX_DIFF_LINES)
    context.for_operation("request-2").take_diff_lines(MAX_DIFF_LINES)
    with pytest.raises(TooMuchAsked, match="unified"):
        context.take_diff_lines(1)


async def test_another_operation_reads_for_itself() -> None:
    stage = Stage()
    first = stage.context(make_viewer())
    second = first.for_operation("request-2")
    assert (second.viewer, second.services, second.request_id) == (first.viewer, first.services, "request-2")
    assert item_values(first) is not item_values(second)


def test_links_of_our_own_are_made_whole() -> None:
    context = Stage().context()
    context.origin = "https://aura.example.com"
    assert context.absolute("/blobs/x") == "https://aura.example.com/blobs/x"
    assert context.absolute("https://bucket.example.com/x") == "https://bucket.example.com/x"
