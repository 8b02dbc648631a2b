"""What a gallery shows beside its list, on the wire."""

import pytest

from tests.support.api import Api, Refused

QUERY = """query ($filter: TemplateFilter) {
    templates(filter: $filter) { totalCount }
    templateFacets(filter: $filter) {
        categories { value count } types { value count } tags { value count } dependencies { value count }
    }
}"""


async def test_facets_tell_what_choosing_a_value_would_give(api: Api) -> None:
    for given in (None, {"text": "vite"}, {"category": "frontend", "type": "react"}):
        facets = (await api.anonymous.execute(QUERY, filter=given))["templateFacets"]
        for facet, field in (("categories", "category"), ("types", "type"), ("dependencies", "dependency")):
            for choice in facets[facet][:3]:
                chosen = await api.anonymous.execute(QUERY, filter={**(given or {}), field: choice["value"]})
                assert chosen["templates"]["totalCount"] == choice["count"] > 0, (given, facet, choice)
    assert {"value": "react", "count": 1} in facets["types"]
    assert len(facets["categories"]) == 1 < len(facets["types"])


async def test_a_facet_is_refused_as_its_list_is(api: Api) -> None:
    for given, field in (({"dependency": "x" * 215}, "dependency"), ({"text": "x" * 101}, "text")):
        with pytest.raises(Refused) as refused:
            await api.anonymous.execute(
                "query ($filter: TemplateFilter) { templateFacets(filter: $filter) { tags { value } } }", filter=given
            )
        assert refused.value.code == "INVALID_INPUT"
        assert field in str(refused.value)
