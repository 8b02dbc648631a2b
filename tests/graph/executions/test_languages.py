"""The languages that run here, on the wire."""

from tests.support.api import Member


async def test_the_languages_of_a_provider_are_told(ada: Member) -> None:
    query = "{ sandboxProviders { name languages { language available version detail } } }"

    providers = {item["name"]: item["languages"] for item in (await ada.execute(query))["sandboxProviders"]}
    found = {item["language"]: item for item in providers["LOCAL"]}

    assert providers["E2B"] == []
    assert found["PYTHON"]["available"] is True
    assert found["PYTHON"]["version"].startswith("Python 3.")
    assert all(item["detail"] and (item["available"] or item["version"] is None) for item in found.values())
