"""Looking at the files on a sandbox's disk, on the wire."""

import pytest

from tests.support.api import Member, Refused
from tests.support.examples import example
from tests.support.journeys import finished, ready_project, running_sandbox

LIST = example("SandboxFiles")
READ = example("SandboxFile")
RUN = "mutation ($input: RunCommandInput!) { runCommand(input: $input) { execution { id } } }"
PLANT = (
    r"mkdir d; printf '\xff' > d/bin; echo text > d/text; ln -s /etc/passwd d/link; head -c 1100000 /dev/zero > d/big"
)


async def test_an_editor_sees_what_code_made(ada: Member, eve: Member) -> None:
    sandbox = await running_sandbox(ada, await ready_project(ada))
    made = await ada.execute(RUN, input={"sandboxId": sandbox, "command": PLANT})
    await finished(ada, made["runCommand"]["execution"]["id"])
    listed = (await ada.execute(LIST, sandboxId=sandbox, path="d"))["sandboxFiles"]["nodes"]
    assert [(file["path"], file["kind"]) for file in listed] == [
        ("d/big", "FILE"),
        ("d/bin", "FILE"),
        ("d/link", "LINK"),
        ("d/text", "FILE"),
    ]
    page = (await ada.execute(LIST, sandboxId=sandbox, path="d", first=3))["sandboxFiles"]
    after = page["pageInfo"]["endCursor"]
    rest = (await ada.execute(LIST, sandboxId=sandbox, path="d", after=after))["sandboxFiles"]
    assert page["nodes"] + rest["nodes"] == listed
    found = {}
    for name in ("bin", "text", "link", "missing"):
        file = (await ada.execute(READ, sandboxId=sandbox, path=f"d/{name}"))["sandboxFile"]
        found[name] = file and (file["content"], file["base64"])
    assert found == {"bin": (None, "/w=="), "text": ("text\n", None), "link": (None, None), "missing": None}
    for member, query, variables, code in (
        (ada, READ, {"path": "d/link/x"}, "INVALID_INPUT"),
        (ada, READ, {"path": "../x"}, "INVALID_INPUT"),
        (ada, LIST, {"path": "d/text"}, "NOT_FOUND"),
        (ada, LIST, {"path": ".", "after": after}, "INVALID_INPUT"),
        (eve, LIST, {"path": "."}, "NOT_FOUND"),
        (eve, READ, {"path": "d/text"}, "NOT_FOUND"),
    ):
        with pytest.raises(Refused) as refused:
            await member.execute(query, sandboxId=sandbox, **variables)
        assert refused.value.code == code, variables
    await ada.execute(example("StopSandbox"), input={"sandboxId": sandbox})
    with pytest.raises(Refused) as refused:
        await ada.execute(LIST, sandboxId=sandbox)
    assert refused.value.code == "INVALID_STATE"
