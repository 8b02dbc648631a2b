"""The first look through an archive of starters."""

import io
import json
from dataclasses import replace

import pytest

from aura_gql.files.archives.unpacking import PATH_RULES
from aura_gql.templates.errors import TemplateSourceRefused
from aura_gql.templates.sources.starters import outline as module
from aura_gql.templates.sources.starters.outline import Outline, outline, slug_of
from aura_gql.templates.sources.starters.values import StarterLimits
from tests.support.github.archives import repository_archive
from tests.support.github.starters import OWN_STARTERS
from tests.support.hostile_archives import LIMITS

STARTERS = StarterLimits(LIMITS, max_files=100, max_file_bytes=100_000, max_bytes=200_000)
PAGE = b"<p>hello</p>"


def look(files: dict[str, bytes], limits: StarterLimits = STARTERS) -> Outline:
    return outline(io.BytesIO(repository_archive(files)), limits, PATH_RULES)


def reasons(found: Outline) -> dict[str, str]:
    return {each.path: each.reason for each in found.skipped}


def test_starters_are_told_from_what_else_a_repository_has() -> None:
    found = look(OWN_STARTERS)
    assert list(found.names) == ["node-own", "static-own", "vite-own"]
    assert found.skipped == ()


@pytest.mark.parametrize("folder", [".github", "_old", "test", "Tests", "scripts", "node_modules", "docs"])
def test_a_folder_that_is_none_is_passed_over(folder: str) -> None:
    name = "guide.md" if folder == "docs" else "package.json"
    assert look({f"{folder}/{name}": b"{", f"{folder}/src/package.json": b"{}"}) == Outline({}, ())


@pytest.mark.parametrize(("folder", "slug"), [("Bootstrap-5", "bootstrap-5"), ("a.b_c", "a-b-c"), ("x--y-", "x-y")])
def test_a_slug_is_an_address(folder: str, slug: str) -> None:
    assert slug_of(folder) == slug
    assert list(look({f"{folder}/index.html": PAGE}).names) == [folder]


def test_what_can_not_be_taken_is_left_out_with_its_reason() -> None:
    large = replace(STARTERS, max_files=3)
    found = look(
        {
            "fine/index.html": PAGE,
            "bad name/index.html": PAGE,
            "x_y/index.html": PAGE,
            "x.y/index.html": PAGE,
            "broken/package.json": b"{",
            "huge/package.json": b'{"a": "' + b"x" * 100_000 + b'"}',
            "many/index.html": PAGE,
            **{f"many/{number}": b"" for number in range(3)},
            "heavy/index.html": PAGE,
            "heavy/1": bytes(99_999),
            "heavy/2": bytes(99_999 + 100),
        },
        replace(large, max_bytes=150_000),
    )
    assert list(found.names) == ["fine", "x_y"]
    said = reasons(found)
    assert said["bad name"].startswith("Its folder is called something")
    assert said["x.y"] == "Another starter is `x-y` already."
    assert said["broken"] == "Its package.json is not JSON."
    assert said["huge"] == "Its file `package.json` has 100,009 bytes; a file of a project has at most 100,000."
    assert said["many"] == "It has 4 files; a project has at most 3."
    assert said["heavy"].startswith("Its file `2`")
    assert len(said) == 6


def test_many_bytes_together_are_too_many() -> None:
    files = {"x/index.html": PAGE, **{f"x/{number}": bytes(90_000) for number in range(3)}}
    assert reasons(look(files)) == {
        "x": "Its files have 270,012 bytes; those of a project have at most 200,000.",
    }


def test_no_two_starters_have_one_name() -> None:
    manifest = json.dumps({"dependencies": {"koa": "2"}}).encode()
    found = look({"koa/package.json": manifest, "koa-starter/package.json": manifest, "page/index.html": PAGE})
    assert found.names["koa"] == "Koa (koa)"
    assert found.names["koa-starter"] == "Koa (koa-starter)"


def test_there_is_an_end_to_starters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_STARTERS", 2)
    assert len(look({f"s{number}/index.html": PAGE for number in range(2)}).names) == 2
    for third in ({"s2/index.html": PAGE}, {"broken/package.json": b"{"}):
        with pytest.raises(TemplateSourceRefused, match="more than 2 starters"):
            look({"s0/index.html": PAGE, "s1/index.html": PAGE, **third})
