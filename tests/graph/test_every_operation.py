"""Every operation of the schema, walked: mistakes are typed errors, and each kind of failure has its place."""

from collections.abc import AsyncGenerator
from typing import Any, cast

import pytest
import pytest_asyncio
from graphql import GraphQLInputType
from graphql.type import get_nullable_type
from strawberry.types import ExecutionResult

from aura_gql.graph.context import Context
from aura_gql.graph.errors import INTERNAL_MESSAGE
from aura_gql.graph.nodes import MAX_NODES, to_global_id
from aura_gql.graph.schema import create_schema
from aura_gql.kernel.page import encode_cursor
from aura_gql.services import Services
from tests.support.api import Api, Data, Member, Refused
from tests.support.graph import make_viewer
from tests.support.journeys import finished, ready_project, running_sandbox, template_id
from tests.support.operation_walk import Path, Root, Slot, nested_arguments, roots, sample_with, slots
from tests.support.terminal_journeys import opened

MISSING = "0123456789abcdef01234567"
SCHEMA = create_schema()
TYPES = ("Project", "Archive", "Sandbox", "Execution", "PreviewUrl", "Template", "Terminal", "User")
ABSENT = {name: str(to_global_id(name, MISSING)) for name in TYPES}
ABSENT["Archive"] = str(to_global_id("ProjectArchive", MISSING))
# Tried in tests/graph/files/test_subscriptions.py and tests/graph/history/test_mutations.py.
REACHED_ELSEWHERE = {
    f"{field}({argument})"
    for argument in ("first", "after")
    for field in (
        "Execution.fileChanges",
        "Project.historyOf",
        "Project.revisions",
        "ProjectDiff.files",
        "ProjectFile.history",
    )
}
ANY_TYPE = ("query node", "query nodes")
"""Where the id of any type will do."""
ASKS_NO_SERVICE = {"query viewer", "query rateLimit", "query templateFacets"}
BRINGS_FILES = {"uploadFiles", "uploadProjectArchive"}
"""What JSON can't ask for whole; the tests of its room do."""
SECOND_IDS = {
    "mutation restoreProjectArchive(input.archiveId)",
    "mutation createDownloadUrl(input.archiveId)",
    "mutation applyFileOperations(input.operations.0.create.uploadId)",
    "mutation applyFileOperations(input.operations.0.update.uploadId)",
}
"""What is looked up behind another id, or in its place; tests/graph/archives and tests/graph/files try them."""
PUBLIC = ASKS_NO_SERVICE | {"query templates", "query template", "query templateCategories"}
"""What strangers may ask for; of nodes, it depends on their type."""
GIVEN: dict[str, tuple[Path, object]] = {
    "template": (("slug",), "python-script"),
    "saveFile": (("input", "content"), "x"),
    "uploadProjectArchive": (("input", "uploadId"), str(to_global_id("UploadUrl", MISSING))),
    "createUploadUrl": (("input", "sha256"), "0" * 64),
    "createDownloadUrl": (("input", "path"), "x"),
    "applyFileOperations": (("input", "operations"), [{"delete": {"path": "x"}}]),
    "writeTerminal": (("input", "text"), "x"),
}
"""What an operation needs although the schema can't say so, as of two arguments exactly one may be given."""


def whole(root: Root) -> tuple[str, dict[str, Any]]:
    """The document and the variables of an operation that asks for nothing that there is."""
    path, value = GIVEN.get(root.name, ((), None))
    return root.operation(path, value, sample_with(ABSENT))


def _is_id(path: Path, type_: GraphQLInputType) -> bool:
    return str(get_nullable_type(type_)) == "ID"


def _is_id_list(path: Path, type_: GraphQLInputType) -> bool:
    return str(get_nullable_type(type_)) in ("[ID!]", "[ID]")


def _is(name: str, type_name: str) -> Any:
    return lambda path, type_: path == (name,) and str(get_nullable_type(type_)) == type_name


IDS = list(slots(SCHEMA._schema, _is_id))
ID_LISTS = list(slots(SCHEMA._schema, _is_id_list))
FIRSTS = list(slots(SCHEMA._schema, _is("first", "Int")))
CURSORS = list(slots(SCHEMA._schema, _is("after", "String")))
ROOTS = list(roots(SCHEMA._schema))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(api: Api) -> Member:
    """Somebody who has one of each, and may ask for everything."""
    return await api.sign_in("owner", is_admin=True)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ids(api: Api, owner: Member) -> dict[str, str]:
    """One of each."""
    project = await ready_project(owner)
    sandbox = await running_sandbox(owner, project)
    run = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
    payload = await owner.execute(run, input={"sandboxId": sandbox, "command": "true"})
    execution = str(payload["runCommand"]["execution"]["id"])
    await finished(owner, execution)
    user = str((await owner.execute("{ viewer { id } }"))["viewer"]["id"])
    return {
        "Project": project,
        "Sandbox": sandbox,
        "Execution": execution,
        "Template": await template_id(owner),
        "Terminal": await opened(owner, sandbox, "true"),
        "User": user,
    }


async def failures(member: Member, document: str, variables: dict[str, Any]) -> tuple[list[Data], list[Data]]:
    """The errors of an operation's payload, and those on top."""
    try:
        if document.startswith("subscription"):
            async for _ in member.subscribe(document, **variables):
                return [], []
            return [], []
        data = await member.execute(document, **variables)
    except Refused as refused:
        return [], refused.errors
    if not document.startswith("mutation"):
        return [], []
    (payload,) = data.values()
    return payload["errors"], []


async def expect_invalid(member: Member, slot: Slot, value: object, ids: dict[str, str]) -> None:
    """That `value` is answered by INVALID_INPUT which points at the slot, in the place for it."""
    expected, on_top = await failures(member, *slot.operation(value, sample_with(ids)))
    if slot.root.kind == "mutation":
        (error,) = expected
        told = (error["code"], error["field"])
    else:
        (error,) = on_top
        assert error["extensions"]["requestId"]
        told = (error["extensions"]["code"], error["extensions"]["field"])
    assert told == ("INVALID_INPUT", list(slot.path)), value
    assert slot.path[-1] in error["message"] or slot.path[-1] == "0", error["message"]


@pytest.mark.parametrize("slot", FIRSTS, ids=str)
async def test_a_page_has_1_to_100_items(owner: Member, ids: dict[str, str], slot: Slot) -> None:
    for first in (0, -1, 101, 2**31 - 1):
        await expect_invalid(owner, slot, first, ids)
    for good in (None, 1, 100):
        assert await failures(owner, *slot.operation(good, sample_with(ids))) == ([], [])


@pytest.mark.parametrize("slot", CURSORS, ids=str)
async def test_a_cursor_is_one_of_this_list(owner: Member, ids: dict[str, str], slot: Slot) -> None:
    foreign = [encode_cursor(1, 2, 3), encode_cursor("no id of an object"), encode_cursor()]
    for cursor in ("", "!!!", "żółw", "A" * 5000, "bnVsbA", ids["Project"], *foreign):
        await expect_invalid(owner, slot, cursor, ids)


@pytest.mark.parametrize("slot", IDS, ids=str)
async def test_an_id_is_one_of_this_server_and_of_its_type(owner: Member, ids: dict[str, str], slot: Slot) -> None:
    for id in ("", "1", "UHJvamVjdDo", "A" * 5000):
        await expect_invalid(owner, slot, id, ids)
    if str(slot.root) not in ANY_TYPE:
        await expect_invalid(owner, slot, ids["User"], ids)


@pytest.mark.parametrize("slot", ID_LISTS, ids=str)
async def test_ids_may_not_be_too_many(owner: Member, ids: dict[str, str], slot: Slot) -> None:
    await expect_invalid(owner, slot, [ids["Project"]] * (MAX_NODES + 1), ids)


def test_the_walk_misses_nothing() -> None:
    """Fields below the roots have no such arguments; one that gets them needs a way to be reached here."""
    assert len(FIRSTS) == len(CURSORS) >= 4
    assert len(IDS) > 10 <= len(ROOTS)
    suspects = ("first)", "after)", "id)", "Id)", "ids)", "Ids)")
    nested = [name for name in nested_arguments(SCHEMA._schema) if name.partition("(")[2].endswith(suspects)]
    assert set(nested) == REACHED_ELSEWHERE


@pytest.mark.parametrize("root", ROOTS, ids=str)
async def test_who_has_not_signed_in_is_told_so_on_top(api: Api, root: Root) -> None:
    expected, on_top = await failures(api.anonymous, *whole(root))
    assert expected == []
    assert [error["extensions"]["code"] for error in on_top] == ([] if str(root) in PUBLIC else ["UNAUTHENTICATED"])
    assert all(error["extensions"]["requestId"] for error in on_top)


@pytest.mark.parametrize(
    "slot",
    [
        slot
        for slot in IDS
        if slot.root.kind != "query" and slot.root.name not in BRINGS_FILES and str(slot) not in SECOND_IDS
    ],
    ids=str,
)
async def test_what_is_missing_is_an_expected_failure(owner: Member, slot: Slot) -> None:
    kind = next((name for name in TYPES if slot.path[-1] == f"{name[0].lower()}{name[1:]}Id"), None)
    absent = ABSENT[kind or _watched(slot.root.name)]
    document, variables = slot.operation(absent, sample_with(ABSENT))
    if slot.root.name in GIVEN:
        (argument, name), value = GIVEN[slot.root.name]
        variables[argument][name] = value
    expected, on_top = await failures(owner, document, variables)
    if slot.root.kind == "mutation":
        (error,) = expected
        assert (error["code"], error["field"]) == ("NOT_FOUND", list(slot.path))
        assert error["message"]
        assert on_top == []
    else:
        (error,) = on_top
        assert error["extensions"]["code"] == "NOT_FOUND"


def _watched(subscription: str) -> str:
    if subscription == "projectArchiveChanged":
        return "Archive"
    return next(name for name in TYPES if subscription.startswith(name.lower()))


class Broken:
    """Services that all have the same bug."""

    def __getattr__(self, name: str) -> object:
        raise KeyError("secret")


@pytest.mark.parametrize("root", [root for root in ROOTS if str(root) not in ASKS_NO_SERVICE], ids=str)
async def test_a_bug_is_on_top_and_masked(root: Root) -> None:
    document, variables = whole(root)
    context = Context(cast(Services, Broken()), "request-1", make_viewer(is_admin=True))
    result = await SCHEMA.stream(document, variable_values=variables, context_value=context)
    async for first in cast("AsyncGenerator[ExecutionResult, None]", result):
        (error,) = list(first.errors or ())
        assert (error.message, error.extensions) == (INTERNAL_MESSAGE, {"code": "INTERNAL", "requestId": "request-1"})
        return
    raise AssertionError("There was no result.")
