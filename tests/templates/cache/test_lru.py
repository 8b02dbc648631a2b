from aura_gql.templates.cache.lru import ByteLru


def kept(lru: ByteLru[str, int], keys: str) -> str:
    return "".join(key for key in keys if lru.get(key) is not None)


def test_what_was_not_used_for_longest_goes_first() -> None:
    lru: ByteLru[str, int] = ByteLru(80)
    for number, key in enumerate("abcdefgh"):
        lru.put(key, number, 10)
    assert (lru.get("a"), lru.used_bytes, len(lru)) == (0, 80, 8)
    lru.put("i", 8, 10)
    lru.put("j", 9, 5)
    assert kept(lru, "abcdefghij") == "adefghij"
    assert lru.used_bytes == 75


def test_what_would_push_out_too_much_is_not_kept() -> None:
    lru: ByteLru[str, int] = ByteLru(80)
    lru.put("a", 1, 10)
    lru.put("b", 2, 11)
    assert kept(lru, "ab") == "a"
    lru.put("a", 3, 11)
    assert (kept(lru, "a"), lru.used_bytes) == ("", 0)


def test_a_key_counts_once_and_what_is_dropped_not_at_all() -> None:
    lru: ByteLru[str, int] = ByteLru(80)
    for size in (10, 4):
        lru.put("a", size, size)
    lru.put("b", 7, 7)
    assert (lru.get("a"), lru.used_bytes) == (4, 11)
    lru.drop("a")
    lru.drop("a")
    assert (lru.used_bytes, len(lru)) == (7, 1)
    lru.put("c", 8, 8)
    assert lru.take_where(lambda key, value: key == "c" and value == 8) == [8]
    assert (kept(lru, "abc"), lru.used_bytes) == ("b", 7)


def test_tells_how_often_a_value_was_there() -> None:
    lru: ByteLru[str, int] = ByteLru(80)
    lru.put("a", 0, 1)
    assert [lru.get(key) for key in "aab"] == [0, 0, None]
    assert (lru.hits, lru.misses) == (2, 1)
