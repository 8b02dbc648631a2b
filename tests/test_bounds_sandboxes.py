"""What the settings make of the bounds of sandboxes and of what runs in them."""

from pathlib import Path

from pydantic import SecretStr

from aura_gql.bounds_sandboxes import environment_label, execution_limits, local_limits, sandbox_limits
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.values import SandboxSize
from aura_gql.settings_types import MachineImage, SizePrice
from tests.support.api import settings_for

MIB = 1024 * 1024


def test_small_sandboxes_leave_memory_for_programs(tmp_path: Path) -> None:
    limits = local_limits(settings_for(tmp_path, "none", sandboxes={"sandbox_memory_bytes": 64 * MIB}))

    assert limits.memory_bytes == 64 * MIB
    assert limits.tmp_bytes + limits.shm_bytes <= 32 * MIB


def test_each_limit_of_a_sandbox_is_that_of_its_setting(tmp_path: Path) -> None:
    wanted: dict[str, object] = {
        "sandbox_cpus": 0.5,
        "sandbox_memory_bytes": 96 * MIB,
        "sandbox_max_processes": 17,
        "sandbox_disk_bytes": 5 * MIB,
        "sandbox_max_files": 1_019,
        "sandbox_open_files": 71,
    }
    settings = settings_for(tmp_path, "none", sandboxes=wanted, executions={"execution_max_output_bytes": 23})
    limits = local_limits(settings).as_enforced(())
    told = (limits.cpus, limits.memory_bytes, limits.processes, limits.disk_bytes, limits.disk_files, limits.open_files)

    assert [limit and limit.value for limit in told] == list(wanted.values())
    assert sandbox_limits(settings).output_bytes == execution_limits(settings).output_limit == 23


def test_each_duration_is_that_of_its_setting(tmp_path: Path) -> None:
    settings = settings_for(
        tmp_path,
        "none",
        sandboxes={"sandbox_idle_timeout_s": 13},
        executions={"execution_output_retention_days": 2},
    )

    assert sandbox_limits(settings).idle_timeout_s == 13
    assert execution_limits(settings).output_ttl_s == 2 * 24 * 3600


def label(folder: Path, url: str | None = None, *, name: str = "aura", **server: object) -> str:
    database: dict[str, object] = {"mongodb_db_name": name, "database_url": url and SecretStr(url)}
    return environment_label(settings_for(folder, name, database=database, server=server))


def test_servers_of_one_database_share_their_label_and_others_have_another(tmp_path: Path) -> None:
    url = "mongodb://user:word@b.example:27017,A.example/?replicaSet=rs0"
    same = "mongodb://other@a.example,b.example:27017/x"

    assert label(tmp_path, url) == label(tmp_path / "elsewhere", same)
    assert label(tmp_path, url).startswith("development-")
    assert len({label(tmp_path, url), label(tmp_path, url, name="b"), label(tmp_path, "mongodb://c.example")}) == 3


def test_an_embedded_database_is_told_by_its_folder(tmp_path: Path) -> None:
    assert label(tmp_path) == label(tmp_path)
    assert label(tmp_path) != label(tmp_path / "elsewhere", data_directory=tmp_path / "elsewhere")


def test_a_label_is_of_plain_letters(tmp_path: Path) -> None:
    assert label(tmp_path, environment=f"Staging EU/2 {'x' * 60}").startswith(f"staging-eu-2-{'x' * 27}-")
    assert environment_label(settings_for(tmp_path, "a", providers={"sandbox_environment": "mine"})) == "mine"


def test_each_provider_has_its_own_bounds(tmp_path: Path) -> None:
    wanted: dict[str, object] = {
        "sandbox_provider": SandboxProviderName.DAYTONA,
        "e2b_max_sessions": 7,
        "e2b_max_lifetime_s": 3600,
        "e2b_price_microcents_per_s": (SizePrice("small", 1), SizePrice("large", 4)),
        "e2b_templates": (MachineImage("default", "base"), MachineImage("large", "base-8")),
        "daytona_max_sessions": 8,
        "daytona_lifetime_s": 100,
        "daytona_max_lifetime_s": 200,
    }
    limits = sandbox_limits(settings_for(tmp_path, "none", providers=wanted, sandboxes={"sandbox_lifetime_s": 14_400}))
    e2b, daytona = limits.bounds_of(SandboxProviderName.E2B), limits.bounds_of(SandboxProviderName.DAYTONA)

    assert limits.default_provider is SandboxProviderName.DAYTONA
    assert (e2b.max_sessions, daytona.max_sessions) == (7, 8)
    assert e2b.prices == {SandboxSize.SMALL: 1, SandboxSize.LARGE: 4}
    assert [offer.image for offer in e2b.sizes.values()] == ["base", "base", "base-8"]
    spans = {name: (limits.lifetime_of(name), limits.longest_of(name)) for name in SandboxProviderName}
    assert list(spans.values()) == [(14_400, 86_400), (3_480, 3_480), (100, 100)]
