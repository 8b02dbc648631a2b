"""How much of files one answer holds."""

import pytest

from aura_gql.graph import context
from tests.support.api import Member, Refused
from tests.support.journeys import ready_project

SAVE = """mutation ($project: ID!, $path: String!, $content: String!) {
    saveFile(input: {projectId: $project, path: $path, content: $content}) { errors { message } }
}"""
TWICE = """query ($id: ID!) { project(id: $id) {
    a: file(path: "a.txt") { content size } b: file(path: "a.txt") { content }
} }"""


async def test_the_contents_of_one_answer_are_bounded(ada: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    project = await ready_project(ada)
    await ada.execute(SAVE, project=project, path="a.txt", content="x" * 100)
    monkeypatch.setattr(context, "MAX_CONTENT_BYTES", 200)
    assert (await ada.execute(TWICE, id=project))["project"]["b"] == {"content": "x" * 100}
    # The same file in two places of an answer is in it twice.
    monkeypatch.setattr(context, "MAX_CONTENT_BYTES", 199)
    with pytest.raises(Refused, match="199 bytes") as refused:
        await ada.execute(TWICE, id=project)
    assert [(error["path"], error["extensions"]["code"]) for error in refused.value.errors] == [
        (["project", "b", "content"], "QUERY_TOO_COMPLEX")
    ]
    assert (await ada.execute("query ($id: ID!) { project(id: $id) { files { path size } } }", id=project))["project"]


async def test_the_contents_of_templates_are_bounded_too(ada: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    query = '{ template(slug: "python-script") { files { content base64 } } }'
    assert (await ada.execute(query))["template"]
    monkeypatch.setattr(context, "MAX_CONTENT_BYTES", 1)
    with pytest.raises(Refused) as refused:
        await ada.execute(query)
    assert refused.value.code == "QUERY_TOO_COMPLEX"


async def test_everything_at_once_is_refused_before_it_runs(ada: Member) -> None:
    with pytest.raises(Refused, match=r"costs \d+ points; the limit is 10000") as refused:
        await ada.execute("{ projects(first: 100) { nodes { files { content } } } }")
    assert refused.value.code == "QUERY_TOO_COMPLEX"
