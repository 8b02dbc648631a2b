"""What operators are told: the table of metrics is the code's, and the alert rules ask for what there is."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from aura_gql.kernel.errors import ErrorCode
from tests.support import metrics_table

ROOT = Path(__file__).parents[1]
RULES = ROOT / "docs/alerts.yml"
METRIC = re.compile(r"\b(?:aura|process|python)_\w+\b(?!\*)")
PROMTOOL = shutil.which("promtool", path=str(Path(sys.executable).parent)) or shutil.which("promtool")
FROM_PROMETHEUS = {"up"}


def rules() -> list[dict[str, Any]]:
    document = yaml.safe_load(RULES.read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def unknown_names(text: str) -> set[str]:
    return set(METRIC.findall(text)) - metrics_table.names()


def test_the_table_is_the_codes() -> None:
    text = (ROOT / "docs/operations.md").read_text()
    assert metrics_table.table() in text, "Run `python -m tests.support.metrics_table` and put the table there."
    assert unknown_names(text) == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_each_rule_asks_for_what_there_is(rule: dict[str, Any]) -> None:
    assert METRIC.findall(rule["expr"]) or FROM_PROMETHEUS & set(re.findall(r"\w+", rule["expr"]))
    assert unknown_names(str(rule)) == set()
    for outcome in re.findall(r'outcome="(\w+)"', rule["expr"]):
        assert outcome in ErrorCode.__members__
    assert rule["labels"]["severity"] in ("info", "warning", "critical")
    assert rule["annotations"].keys() == {"summary", "action"}


def test_an_unknown_metric_would_be_seen() -> None:
    assert unknown_names("rate(aura_operation_total[5m]) / process_open_fds") == {"aura_operation_total"}


def test_what_the_issue_asks_for_has_a_rule() -> None:
    found = {rule["alert"] for rule in rules()}
    assert found >= {
        "AuraSandboxStartsFail",
        "AuraProviderKeyRefused",
        "AuraProviderDown",
        "AuraMemoryHigh",
        "AuraCpuBusy",
        "AuraDiskFull",
        "AuraProjectsNearlyFull",
        "AuraRateLimited",
        "AuraAuthFails",
        "AuraDatabaseGone",
        "AuraUnexpectedErrors",
    }
    assert len(found) == len(rules())


@pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here; scripts/install fetches it where it may")
@pytest.mark.parametrize("arguments", [("check", "rules", str(RULES)), ("test", "rules", "tests/alerts.test.yml")])
def test_prometheus_takes_the_rules(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        [str(PROMTOOL), *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
