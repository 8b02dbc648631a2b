"""Tokens of previews."""

from aura_gql.previews.tokens import digest_of, is_token, new_token


def test_a_token_fits_a_label_of_a_host_name() -> None:
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert all(is_token(token) and len(token) == 32 for token in tokens)


def test_other_texts_are_none() -> None:
    token = new_token()
    for text in ("", token[:-1], token + "a", token.upper(), "1" * 32, token[:-1] + "\n", token[:-1] + "."):
        assert not is_token(text)


def test_a_digest_tells_tokens_apart() -> None:
    token = new_token()
    assert digest_of(token) == digest_of(token)
    assert len(digest_of(token)) == 64
    assert digest_of(token) != digest_of(new_token())
