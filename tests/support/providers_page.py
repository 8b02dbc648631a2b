"""The tables of `docs/providers.md`, from the code: `python -m tests.support.providers_page` writes them there."""

from collections.abc import Iterable, Sequence
from inspect import getdoc
from pathlib import Path

from pydantic import SecretStr

from aura_gql.kernel.errors import DomainError
from aura_gql.provider_parts import create_providers
from aura_gql.sandboxes.errors import NothingMade, SandboxGone, SandboxQuotaExceeded
from aura_gql.sandboxes.ports import SandboxProvider
from aura_gql.sandboxes.providers.remote import errors
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.sandboxes.values import Capabilities, Capability
from aura_gql.settings_providers import ProviderSettings
from aura_gql.vendor_parts import create_vendors
from tests.support.api import settings_for
from tests.support.vendors.fault_matrix import outcomes

PAGE = Path(__file__).parents[2] / "docs/providers.md"
MEANINGS = {
    Capability.STDIN: "programs get standard input, any bytes, with an end",
    Capability.SIGNALS: "signals reach the whole tree of a command; nothing goes on behind a cancellation",
    Capability.NETWORK: "code reaches what the settings allow, and nothing else",
    Capability.TERMINAL: "terminals, resized and taken up again",
    Capability.PORTS: "what listens is found and reached, by previews too",
    Capability.WATCH: "changes of files are told as they happen",
    Capability.PAUSE: "a machine can stand still and go on",
    Capability.EXTEND: "`extendSandbox`",
    Capability.METRICS: "`sandboxMetrics`",
    Capability.PERSISTENT: "the disk of a machine that was paused is kept",
}
# What a vendor can answer, the likeliest first.
ERRORS: Sequence[type[DomainError]] = (
    errors.VendorKeyRefused,
    errors.VendorFull,
    errors.VendorBusy,
    errors.VendorDown,
    errors.VendorTimedOut,
    errors.VendorRefused,
    errors.CreationUnheard,
    errors.VendorLeftAlone,
    SandboxGone,
)
KEYS: dict[str, object] = {
    "e2b_enabled": True,
    "e2b_api_key": SecretStr("none"),
    "daytona_enabled": True,
    "daytona_api_key": SecretStr("none"),
}
"""Settings of a server that has a key for every vendor."""

_AGAIN = (errors.VendorBusy, errors.VendorDown)


def capabilities() -> dict[str, Capabilities]:
    """Those of each provider."""
    settings = settings_for(Path("unused"), "none", providers=KEYS)
    known: Sequence[SandboxProvider | Vendor] = [
        *create_providers(settings).values(),
        *create_vendors(settings).values(),
    ]
    return {one.name: one.capabilities for one in known}


def _capability_table() -> str:
    can = capabilities()
    rows = [
        (f"`{each.value.lower()}`", MEANINGS[each], *(_by_whom(can[name], each) for name in can)) for each in Capability
    ]
    return _table(("capability", "what it means", *can), rows)


def _by_whom(can: Capabilities, each: Capability) -> str:
    if not getattr(can, each.value.lower()):
        return "no"
    return "agent" if each in can.emulated else "itself"


def _error_table() -> str:
    rows = [
        (
            f"`{error.__name__}`",
            " ".join((getdoc(error) or "").split()).partition(". ")[0].rstrip("."),
            f"`{error.code.value}`",
            "yes" if issubclass(error, (NothingMade, SandboxQuotaExceeded)) else "-",
            "yes" if issubclass(error, _AGAIN) else "-",
        )
        for error in ERRORS
    ]
    return _table(("error", "the vendor", "users get", "another provider may be tried", "again, breaker"), rows)


def _setting_table() -> str:
    rows = [
        (f"`{name.upper()}`", "" if field.default in (None, ()) else f"`{field.default}`", field.description or "")
        for name, field in ProviderSettings.model_fields.items()
    ]
    return _table(("setting", "default", "meaning"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in [head, ["---"] * len(head), *rows])


def _outcome_table() -> str:
    head, *rows = outcomes()
    return _table(head, rows)


TABLES = {
    "settings": _setting_table,
    "capabilities": _capability_table,
    "errors": _error_table,
    "outcomes": _outcome_table,
}


def written(page: str) -> str:
    """The page with the tables as they are in the code."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- /{name} -->\n"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}\n{table()}\n{end}{after}"
    return page


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
