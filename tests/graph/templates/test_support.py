"""Where a template runs, on the wire."""

from tests.support.api import Api

QUERY = """query ($slug: String!) { template(slug: $slug) { providers { provider isSupported reason } } }"""


async def test_a_template_tells_where_it_runs(api: Api) -> None:
    ada = await api.sign_in("ada")
    supported = {}
    for slug in ("bash-script", "vite-react"):
        local, *others = (await ada.execute(QUERY, slug=slug))["template"]["providers"]
        assert (local["provider"], local["isSupported"]) == ("LOCAL", local["reason"] is None)
        assert others == [
            {"provider": name, "isSupported": False, "reason": "It is not configured on this server."}
            for name in ("E2B", "DAYTONA")
        ]
        supported[slug] = local["isSupported"]
    # It installs packages, and these servers give their sandboxes no network.
    assert supported == {"bash-script": True, "vite-react": False}
