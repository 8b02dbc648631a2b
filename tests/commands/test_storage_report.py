import pytest

from aura_gql.commands.findings import State
from aura_gql.commands.storage_report import StorageReport, line_of, state_of
from aura_gql.storage.verifying.records import Problem, Tally, Trouble


@pytest.mark.parametrize(
    ("trouble", "told", "repaired"),
    [
        (Trouble.MISSING, State.FAILED, State.FAILED),
        (Trouble.WRONG_SIZE, State.FAILED, State.FAILED),
        (Trouble.DAMAGED, State.FAILED, State.FAILED),
        (Trouble.ORPHAN, State.WARNING, State.WARNING),
        (Trouble.MISCOUNTED_PROJECT, State.FAILED, State.WARNING),
        (Trouble.MISCOUNTED_USER, State.FAILED, State.WARNING),
    ],
)
def test_what_fails_and_what_only_warns(trouble: Trouble, told: State, repaired: State) -> None:
    assert [state_of(Problem(trouble, "it", "so", is_repaired)) for is_repaired in (False, True)] == [told, repaired]
    report = StorageReport()
    report.add(Problem(trouble, "it", "so"))
    assert report.is_failed is (told is State.FAILED)


def test_lines() -> None:
    assert line_of(Problem(Trouble.ORPHAN, "a/b", "nothing names it")) == "warn  orphan a/b: nothing names it"
    lost = Problem(Trouble.MISSING, "a/b", "x names it", is_repaired=True)
    assert line_of(lost) == "FAIL  missing a/b: x names it; marked"


def test_a_report_of_many_problems_stays_small() -> None:
    report, tally = StorageReport(), Tally(named=2_000, stored=1_000, stored_bytes=5, users=1)
    for number in range(1_500):
        problem = Problem(Trouble.MISSING, str(number), "x names it")
        report.add(problem)
        tally.add(problem)
    told = report.as_json(tally)
    assert (told["ok"], told["problemsLeftOut"], told["storedBytes"]) == (False, 500, 5)
    problems, counts = told["problems"], told["counts"]
    assert isinstance(problems, list)
    assert isinstance(counts, dict)
    assert (len(problems), counts["MISSING"], counts["ORPHAN"]) == (1_000, 1_500, 0)
    assert "2,000 blobs are named by files, versions and archives, 1,500 are lost" in report.summary(tally)


@pytest.mark.parametrize(
    ("miscounts", "state"),
    [([], State.OK), ([True], State.WARNING), ([True, False], State.FAILED)],
)
def test_counters_that_were_corrected_fail_for_no_loss(miscounts: list[bool], state: State) -> None:
    report, tally = StorageReport(), Tally()
    miscounted = [Problem(Trouble.MISCOUNTED_USER, "u", "so", is_repaired) for is_repaired in miscounts]
    for problem in [Problem(Trouble.MISSING, "a/b", "x names it"), *miscounted]:
        report.add(problem)
        tally.add(problem)
    (line,) = [line for line in report.summary(tally).splitlines() if "Counted" in line]
    assert line.startswith(state)
    assert line.endswith(f"{len(miscounts)} wrong")


def test_a_summary_of_what_is_in_order() -> None:
    lines = StorageReport().summary(Tally(named=3, stored=4, stored_bytes=1_000, waiting=1)).splitlines()
    assert [line[:4] for line in lines[:3]] == ["ok  "] * 3
    assert lines[1].endswith("4 blobs of 1,000 bytes, nothing names 0; 1 more wait to be removed")
    assert lines[-1] == "Everything that is named is there."
