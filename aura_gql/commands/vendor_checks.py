"""Whether each vendor of machines takes its key."""

import asyncio

from aura_gql.commands.findings import Finding, State
from aura_gql.kernel.errors import DomainError
from aura_gql.kernel.providers import SandboxProviderName
from aura_gql.sandboxes.providers.remote.errors import VendorKeyRefused
from aura_gql.sandboxes.providers.remote.ports import Vendor
from aura_gql.settings import Settings
from aura_gql.vendor_parts import create_vendors

_PATIENCE_S = 30.0


async def check_vendors(settings: Settings) -> list[Finding]:
    """Each that is on, by the cheapest call that needs the key. SettingsError where an SDK is not installed."""
    return [await _check(name, vendor) for name, vendor in create_vendors(settings).items()]


async def _check(name: SandboxProviderName, vendor: Vendor) -> Finding:
    subject = f"Sandboxes {name}"
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await vendor.ping()
    except VendorKeyRefused as error:
        return Finding(subject, State.WARNING, error.message, f"Set {name}_API_KEY to a key that the vendor shows now.")
    except DomainError as error:
        advice = f"See that {name} can be reached from here, and at its status page that it works."
        return Finding(subject, State.WARNING, error.message, advice)
    except TimeoutError:
        return Finding(subject, State.WARNING, "It does not answer.", f"See that {name} can be reached from here.")
    finally:
        await vendor.close()
    return Finding(subject, State.OK, "it answers, and takes the key")
