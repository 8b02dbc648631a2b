"""Hold a real vendor to the contract of sandboxes: run the suites, and end what they left, whatever became of them."""

import argparse
import asyncio
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.settings import Mode, Settings, SettingsError, load_settings
from tests.smoke.account import SmokeProvider

VENDORS = [name for name in SandboxProviderName if name is not SandboxProviderName.LOCAL]
_REFUSED = 2
_LEFT_BEHIND = 3
_END_S = 60


def main(argv: Sequence[str] | None = None) -> int:
    """The status of the tests; 2 where nothing was begun, 3 where machines are left that could not be ended."""
    parser = argparse.ArgumentParser(prog="scripts/smoke", description=__doc__)
    parser.add_argument("vendor", choices=[name.lower() for name in VENDORS], help="whose machines, by your own key")
    parser.add_argument("--machines", type=int, default=250, metavar="N", help="make N machines at most (%(default)s)")
    chosen, arguments = parser.parse_known_args(argv)
    name = SandboxProviderName(chosen.vendor.upper())
    try:
        settings = _settings(name)
    except SettingsError as error:
        print(f"smoke: {error}", file=sys.stderr)
        return _REFUSED
    label = f"smoke-{secrets.token_hex(6)}"
    print(f"smoke: machines of {name} with the label {label}, {chosen.machines} at most", flush=True)
    signal.signal(signal.SIGTERM, _interrupted)
    try:
        status = _tested(f"{name}:{label}:{chosen.machines}", arguments)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        found, left = asyncio.run(_removed(settings, name, label))
        print(f"smoke: {found} machines were left behind, {left} of them are still there", flush=True)
    return _LEFT_BEHIND if left else status


def _settings(name: SandboxProviderName) -> Settings:
    """SettingsError where there is no key, or where nobody should spend money on machines."""
    if os.environ.get("CI"):
        raise SettingsError("CI is set: this makes machines that cost money, and is for people.")
    settings = load_settings(Mode.DEVELOPMENT, None)
    if name not in settings.providers.enabled:
        raise SettingsError(f"{name}_API_KEY is not set, or {name}_ENABLED is false; see docs/providers.md.")
    return settings


def _tested(what: str, arguments: Sequence[str]) -> int:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/smoke/contract.py", *arguments]
    with subprocess.Popen(command, env={**os.environ, "AURA_SMOKE": what}) as tests:
        try:
            return tests.wait()
        except KeyboardInterrupt:
            tests.send_signal(signal.SIGINT)
            try:
                return tests.wait(_END_S) or 1
            except subprocess.TimeoutExpired:
                tests.kill()
                return 1


async def _removed(settings: Settings, name: SandboxProviderName, label: str) -> tuple[int, int]:
    provider = SmokeProvider(settings, name, label, most=0)
    try:
        return await provider.remove_all()
    finally:
        await provider.close()


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
