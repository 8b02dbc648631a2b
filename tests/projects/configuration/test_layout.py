import json

from aura_gql.projects.configuration.layout import json_file


def test_short_lists_stand_on_one_line() -> None:
    value = {"a": ["x", "y"], "b": [], "c": {"d": ["é"]}, "e": [{"f": 1}]}
    text = json_file(value)
    assert json.loads(text) == value
    assert '  "a": ["x", "y"],\n' in text
    assert '    "d": ["é"]\n' in text
    assert '[\n    {\n      "f": 1\n    }\n  ]' in text


def test_long_lists_do_not() -> None:
    value = {"a": ["x" * 50, "y" * 50]}
    assert json_file(value) == json.dumps(value, indent=2) + "\n"
