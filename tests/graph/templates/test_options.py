"""What can be chosen for a template, on the wire."""

from tests.support.api import Api


async def test_templates_say_what_can_be_chosen_before_it_is(api: Api) -> None:
    query = "{ templates(first: 100) { nodes { slug options { name isApplicable isSatisfied reason } } } }"

    nodes = (await api.anonymous.execute(query))["templates"]["nodes"]
    options = {node["slug"]: {option["name"]: option for option in node["options"]} for node in nodes}

    assert options["typescript-node"]["typescript"] == {
        "name": "typescript",
        "isApplicable": True,
        "isSatisfied": True,
        "reason": None,
    }
    assert options["express"]["tailwindcss"]["reason"].startswith("the template is a Node program: ")
    assert [option["isApplicable"] for option in options["bash-script"].values()] == [False] * 6
