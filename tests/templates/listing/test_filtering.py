"""A filter is bounded, each of its values."""

import pytest

from aura_gql.kernel.errors import InvalidInput
from aura_gql.templates.listing.filtering import check_filter, matching, without
from aura_gql.templates.listing.search import NOTHING
from aura_gql.templates.records import TemplateFacetName, TemplateFilter

LONG = "x" * 215


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (TemplateFilter(text="x" * 101), "text"),
        (TemplateFilter(tags=[str(number) for number in range(11)]), "tags"),
        (TemplateFilter(tags=["http", LONG]), "tags"),
        (TemplateFilter(category=LONG), "category"),
        (TemplateFilter(type=LONG), "type"),
        (TemplateFilter(dependency=LONG), "dependency"),
    ],
)
def test_a_filter_is_bounded(wanted: TemplateFilter, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_filter(wanted)
    assert refused.value.field == ("filter", field)


def test_the_longest_name_of_a_package_is_no_error() -> None:
    assert check_filter(TemplateFilter(dependency="x" * 214)) == NOTHING


@pytest.mark.parametrize("facet", TemplateFacetName)
def test_a_facet_leaves_out_what_the_filter_says_of_it(facet: TemplateFacetName) -> None:
    wanted = TemplateFilter("frontend", "react", ["vite"], "text", "vue")
    kept = without(wanted, facet)
    given = (wanted.category, wanted.type, tuple(wanted.tags), wanted.dependency)
    left = (kept.category, kept.type, tuple(kept.tags), kept.dependency)
    assert sum(one != other for one, other in zip(given, left, strict=True)) == 1
    assert kept.text == "text"
    assert matching(kept, NOTHING) != matching(wanted, NOTHING)
