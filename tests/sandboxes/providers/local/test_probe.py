"""The self-test fails closed: each hole in a report is a refusal."""

import os
from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local import probe
from aura_gql.sandboxes.providers.local.bwrap import find_bwrap
from aura_gql.sandboxes.providers.local.cgroups import CgroupTree
from aura_gql.sandboxes.providers.local.isolation import Isolation, build_shared_etc
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.modes import IsolationMode
from aura_gql.sandboxes.providers.local.root_folder import ETC
from aura_gql.sandboxes.providers.local.uids import UidPool

SOUND = {
    "worked": [],
    "status": {
        **dict.fromkeys(("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"), "0" * 16),
        "NoNewPrivs": "1",
        "Seccomp": "2",
    },
    "namespaces": {name: f"{name}:[1]" for name in probe.NAMESPACES},
    "environment": ["HOME", "PATH"],
    "written": "by the host",
}


def test_a_sound_report_has_nothing_wrong() -> None:
    assert probe._wrong_with(SOUND) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"worked": ["become root"]}, "become root"),
        ({"status": {**SOUND["status"], "CapEff": "0000000000000001"}}, "CapEff"),  # type: ignore[dict-item]
        ({"status": {}}, "no seccomp filter"),
        ({"namespaces": {**SOUND["namespaces"], "net": os.readlink("/proc/self/ns/net")}}, "net namespace"),  # type: ignore[dict-item]
        ({"environment": ["PATH", "DATABASE_URL"]}, "DATABASE_URL"),
        ({"written": "else"}, "project folder"),
    ],
)
def test_every_hole_is_named(change: dict[str, object], words: str) -> None:
    assert words in ", ".join(probe._wrong_with({**SOUND, **change}))


def test_a_strange_report_is_no_proof() -> None:
    with pytest.raises(ValueError, match="as expected"):
        probe._wrong_with({"worked": "nothing"})


async def test_holes_and_a_failing_script_refuse(
    root: Path, mode: IsolationMode, monkeypatch: pytest.MonkeyPatch
) -> None:
    build_shared_etc(root / ETC)
    isolation = Isolation(mode, find_bwrap(None), root / ETC, CgroupTree([]), LocalLimits())
    uid = UidPool().lend()
    await probe.prove(isolation, root, uid)
    with monkeypatch.context() as patch:
        patch.setattr(probe, "SCRIPT", probe.SCRIPT.replace('open("/probe", "w")', 'open("/tmp/probe", "w")'))
        with pytest.raises(ProviderUnavailable, match="found holes: code can write to /"):
            await probe.prove(isolation, root, uid)
    with monkeypatch.context() as patch:
        patch.setattr(probe, "SCRIPT", "raise SystemExit('broken')")
        with pytest.raises(ProviderUnavailable, match="broken"):
            await probe.prove(isolation, root, uid)
