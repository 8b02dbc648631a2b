"""Our own pages."""

from aura_gql.web.previews.pages import NOT_OPEN, answer, page


def test_says_what_is_the_matter_and_runs_nothing() -> None:
    headers, body = page(502, NOT_OPEN.format(port=3000) + "<script>")
    assert b"port 3000" in body
    assert b"<script>" not in body
    assert dict(headers)["Content-Length"] == str(len(body))
    assert dict(headers)["Content-Security-Policy"].startswith("default-src 'none'")


def test_is_the_last_answer_where_that_is_wanted() -> None:
    assert (b"connection", b"close") in answer(404, "x", close=True)[0].headers
    assert (b"connection", b"close") not in answer(404, "x", close=False)[0].headers
