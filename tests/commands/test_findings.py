"""How the doctor tells what it found."""

from aura_gql.commands.findings import Finding, State, report

WELL = Finding("MongoDB", State.OK, "6.0.5")
SO_SO = Finding("Tool node", State.WARNING, "not found", "install it")
BAD = Finding("Blobs", State.FAILED, "can't write\nreally", "look here\nand there")


def test_all_is_well() -> None:
    assert report([WELL, SO_SO]).splitlines() == [
        "ok    MongoDB   6.0.5",
        "warn  Tool node not found",
        "                -> install it",
        "",
        "Everything that the server needs works.",
    ]


def test_what_failed_stands_in_the_last_line() -> None:
    assert report([WELL, BAD]).splitlines() == [
        "ok    MongoDB 6.0.5",
        "FAIL  Blobs   can't write",
        "              really",
        "              -> look here",
        "              -> and there",
        "",
        "Not ready: Blobs.",
    ]
