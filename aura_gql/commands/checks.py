"""The doctor's checks: each tries the real thing and never raises."""

import re
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path

from pymongo.errors import OperationFailure, PyMongoError

from aura_gql import bounds
from aura_gql.app import create_trusting_schema
from aura_gql.commands.blob_checks import check_blobs
from aura_gql.commands.database_words import database_words
from aura_gql.commands.findings import Finding, State
from aura_gql.commands.github_check import check_github
from aura_gql.commands.vendor_checks import check_vendors
from aura_gql.infra.mongo import Client, connect
from aura_gql.infra.mongod import EmbeddedMongod
from aura_gql.infra.mongod_binary import EmbeddedMongodError
from aura_gql.provider_parts import create_local
from aura_gql.settings import Settings, SettingsError

_MONGODB = "MongoDB"
_DOCUMENTS = "Trusted documents"
_SESSIONS = "Sessions"
_RATES = "Rate limits"
# A random secret of 32 characters has about 20 different ones, in hexadecimal at least 10.
_FEWEST_CHARACTERS = 8
_OLDEST_MONGODB = (6, 0)
_CREDENTIALS = re.compile(r"(?<=://)[^/@]*@")
# Where sandboxes look for programs, and the package that brings each.
_SANDBOX_PATH = "/usr/local/bin:/usr/bin:/bin"
_TOOLS = {"python3": "python3", "bash": "bash", "node": "nodejs", "npm": "npm", "git": "git"}
_REPLICA_SET_ADVICE = "Start mongod with --replSet rs0 and run rs.initiate() once in mongosh, or use Atlas."


async def check_mongodb(settings: Settings, folder: Path) -> list[Finding]:
    """The MongoDB of DATABASE_URL, else an embedded one tried out in `folder`."""
    if settings.database.database_url is not None:
        return await _check_uri(settings, settings.database.database_url.get_secret_value())
    mongod = EmbeddedMongod(folder / "mongodb", executable=settings.database.aura_mongod)
    try:
        uri = await mongod.start()
    except (EmbeddedMongodError, OSError) as error:
        advice = "Run scripts/install, which names missing system packages, or set DATABASE_URL."
        return [Finding(_MONGODB, State.FAILED, f"The embedded MongoDB can't run: {error}", advice)]
    try:
        return await _check_uri(settings, uri, "embedded, ")
    finally:
        await mongod.stop()


async def check_sessions(settings: Settings) -> list[Finding]:
    """Which secret verifies sessions, and whether it is worth something; no secret is told."""
    auth, secret = settings.auth, settings.auth.current_secret
    if secret is None:
        return [Finding(_SESSIONS, State.OK, "`dev` makes a secret of its own")]
    source = "BETTER_AUTH_SECRET"
    if auth.better_auth_secrets:
        current, *earlier = (str(entry.version) for entry in auth.better_auth_secrets)
        source = f"version {current} in BETTER_AUTH_SECRETS"
        if earlier:
            source += f"; those of {', '.join(earlier)} have to sign in again, as in Better Auth"
        if auth.better_auth_secret:
            source += "; BETTER_AUTH_SECRET counts for nothing beside it"
    if len(set(secret.get_secret_value())) < _FEWEST_CHARACTERS:
        advice = "Make one by `openssl rand -base64 32`, for Better Auth and for us."
        return [Finding(_SESSIONS, State.WARNING, f"signed by {source}, which is easily guessed", advice)]
    return [Finding(_SESSIONS, State.OK, f"signed by {source}")]


async def check_rates(settings: Settings) -> list[Finding]:
    """Where callers are counted, by counting once."""
    redis_url = settings.rates.redis_url
    if redis_url is None:
        return [Finding(_RATES, State.OK, "counted in each process for itself")]
    where = _CREDENTIALS.sub("", redis_url.get_secret_value())
    try:
        counters = bounds.create_counters(settings)
    except SettingsError as error:
        return [Finding(_RATES, State.FAILED, str(error), "pip install 'aura-gql[redis]'")]
    try:
        trouble = await counters.trouble()
    finally:
        await counters.close()
    if trouble is not None:
        advice = "See that it runs and can be reached from here, or correct REDIS_URL. Until then nobody is limited."
        return [Finding(_RATES, State.FAILED, f"{where} does not count: {trouble}", advice)]
    return [Finding(_RATES, State.OK, f"counted in {where}")]


async def check_sandboxes(settings: Settings) -> list[Finding]:
    """Each provider that is on, this host's by its own self-test; one that works is enough."""
    findings = await _check_local(settings) if settings.providers.local_enabled else []
    try:
        findings += await check_vendors(settings)
    except SettingsError as error:
        return [*findings, Finding("Sandboxes", State.FAILED, str(error), "pip install 'aura-gql[e2b,daytona]'")]
    if any(finding.state is State.OK for finding in findings):
        return findings
    advice = "Make one of them work, or set E2B_API_KEY or DAYTONA_API_KEY."
    return [*findings, Finding("Sandboxes", State.FAILED, "No provider can make a sandbox.", advice)]


async def check_trusted_documents(settings: Settings) -> list[Finding]:
    """The manifest of TRUSTED_DOCUMENTS, each document against the schema; nothing where there is none."""
    if settings.graph.trusted_documents is None:
        return []
    try:
        schema = create_trusting_schema(settings)
    except SettingsError as error:
        advice = "Have the front end's build write it again, against the schema of this server."
        return [Finding(_DOCUMENTS, State.FAILED, str(error), advice)]
    only = settings.graph.trusted_documents_only
    rest = "no others run" if only else "others run too; TRUSTED_DOCUMENTS_ONLY would refuse them"
    return [Finding(_DOCUMENTS, State.OK, f"{len(schema.trusted)} that fit the schema; {rest}")]


async def check_tools(settings: Settings) -> list[Finding]:
    """The programs of this host that local sandboxes can use."""
    findings = []
    for tool, package in _TOOLS.items():
        found = shutil.which(tool, path=_SANDBOX_PATH)
        advice = f"sudo apt-get install {package}" if found is None else ""
        detail = found or "not found; what needs it fails in local sandboxes"
        findings.append(Finding(f"Tool {tool}", State.OK if found else State.WARNING, detail, advice))
    return findings


async def _check_local(settings: Settings) -> list[Finding]:
    provider = create_local(settings)
    try:
        health = await provider.health()
    finally:
        await provider.close()
    if health.available:
        return [Finding("Sandboxes LOCAL", State.OK, health.detail)]
    return [Finding("Sandboxes LOCAL", State.WARNING, health.detail, isolation_advice(_kernel_setting))]


def isolation_advice(setting: Callable[[str], str | None]) -> str:
    """What to do about a host that denies user namespaces, from its kernel's settings (None where it has no such)."""
    advice = []
    if setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        advice.append(
            "AppArmor denies user namespaces: let bwrap have them by a profile (docs/deployment.md, AppArmor),"
        )
        advice.append("or for every program: sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0")
    if setting("kernel/unprivileged_userns_clone") == "0":
        advice.append("The kernel denies user namespaces: sudo sysctl kernel.unprivileged_userns_clone=1")
    if setting("user/max_user_namespaces") == "0":
        advice.append("No user namespace may be made: sudo sysctl user.max_user_namespaces=15000")
    if not advice:
        advice.append("In a container, allow user namespaces (docs/deployment.md, Containers).")
        advice.append("Without bubblewrap: sudo apt-get install bubblewrap")
    return "\n".join(advice)


def _kernel_setting(name: str) -> str | None:
    try:
        return Path("/proc/sys", name).read_text().strip()
    except OSError:
        return None


async def _check_uri(settings: Settings, uri: str, kind: str = "") -> list[Finding]:
    async with connect(settings.database, uri) as client:
        try:
            return await _check_client(client, settings.database.mongodb_db_name, kind)
        except OperationFailure as error:
            advice = "See that the user in DATABASE_URL has the role readWrite on this database."
            return [Finding(_MONGODB, State.FAILED, f"It refuses us: {database_words(error)}", advice)]
        except PyMongoError as error:
            where = _CREDENTIALS.sub("", uri)
            advice = "See that it runs and can be reached from here, or correct DATABASE_URL."
            return [Finding(_MONGODB, State.FAILED, f"No answer from {where}: {database_words(error)}", advice)]


async def _check_client(client: Client, database: str, kind: str) -> list[Finding]:
    hello = await client.admin.command("hello")
    await client[database].list_collection_names()
    version = str((await client.admin.command("buildInfo"))["version"])
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        detail = f"{version} is not a replica set, so it has no transactions."
        return [Finding(_MONGODB, State.FAILED, detail, _REPLICA_SET_ADVICE)]
    if tuple(int(part) for part in version.split(".")[:2]) < _OLDEST_MONGODB:
        return [Finding(_MONGODB, State.FAILED, f"{version} is too old.", "Upgrade to 6.0 or later.")]
    return [Finding(_MONGODB, State.OK, f"{kind}{version}, {_topology(hello)}, database {database}")]


def _topology(hello: dict[str, object]) -> str:
    return f"replica set {hello['setName']}" if "setName" in hello else "sharded"


CHECKS_OF_SETTINGS: tuple[Callable[[Settings], Awaitable[list[Finding]]], ...] = (
    check_sessions,
    check_blobs,
    check_rates,
    check_sandboxes,
    check_github,
    check_trusted_documents,
    check_tools,
)
