"""What is kept of a template for searches."""

from aura_gql.templates.listing.ranking import MAX_README_TERMS, found_by_slug, points_of, search_fields
from aura_gql.templates.listing.search import NOTHING


def test_each_word_is_kept_with_its_place() -> None:
    kept = search_fields(
        name="Vue.js app",
        labels=["frontend"],
        description="An app",
        dependencies=["@vue/core"],
        readme="# Vue\nof an App: to install",
    )
    fields = found_by_slug({"type": "vue", **kept}, "vue-starter")
    assert fields["type"] == "vue"
    lines = "=vuejsapp\n0vue\n0js\n0vuejs\n0app\n1frontend\n2an\n2app\n3vue\n3core\n"
    lines += "/vuestarter\n1vue\n1starter\n1vuestarter"
    assert fields["search_text"] == f"\n{lines}\n"
    assert [term for term in fields["search_terms"] if term[0] != "^"] == sorted(
        ["vue", "js", "vuejs", "app", "frontend", "an", "core", "install", "starter", "vuestarter"]
    )


def test_a_readme_gives_so_many_words_and_no_more() -> None:
    readme = " ".join(f"word{number}" for number in range(1000)) + " 語"
    fields = search_fields("x", [], "", [], readme)
    assert len(fields["search_terms"]) == MAX_README_TERMS + len(["x", "^x"])
    assert "word0" in fields["search_terms"]
    assert "語" in search_fields("x", [], "", [], "語 of")["search_terms"]


def test_nothing_is_worth_nothing() -> None:
    assert points_of(NOTHING) == {"$literal": 0}
