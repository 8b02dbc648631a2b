"""The bounds that each room works within, as the settings give them."""

from urllib.parse import urlsplit

from aura_gql.files.archives.records import ArchiveBounds
from aura_gql.files.history.records import RetentionLimits
from aura_gql.files.limits import FileLimits
from aura_gql.files.staging.records import StagingLimits
from aura_gql.files.totals.records import StorageProvider
from aura_gql.graph.cost_budget import CostBudget
from aura_gql.graph.limits import QueryLimits
from aura_gql.graph.multipart import UploadLimits
from aura_gql.infra.live_connections import LiveLimits
from aura_gql.infra.rate_limits import CounterStore, WindowedRateLimiter
from aura_gql.previews.addresses import PreviewAddresses
from aura_gql.previews.records import PreviewLimits
from aura_gql.settings import Settings, SettingsError
from aura_gql.storage.archives.values import ArchiveLimits
from aura_gql.storage.backends.s3.values import Bucket, Encryption
from aura_gql.storage.quotas.records import QuotaLimits
from aura_gql.storage.sweeping.records import SweepLimits
from aura_gql.web.links.slots import TransferSlots
from aura_gql.web.previews.bounds import ProxyBounds

_MIB = 1024 * 1024
_DAY_S = 24 * 3600


def query_limits(settings: Settings) -> QueryLimits:
    """Of one GraphQL operation."""
    graph = settings.graph
    return QueryLimits(
        max_tokens=graph.max_query_tokens,
        max_depth=graph.max_query_depth,
        max_aliases=graph.max_query_aliases,
        max_fields=graph.max_query_fields,
        timeout_s=graph.query_timeout_ms / 1000,
        introspection=settings.introspection_enabled,
    )


def live_limits(settings: Settings) -> LiveLimits:
    """Of what clients hold open."""
    live = settings.live
    return LiveLimits(
        max_sockets=live.max_sockets,
        max_sockets_per_user=live.max_sockets_per_user,
        max_sockets_per_address=live.max_sockets_per_address,
        max_subscriptions=live.max_subscriptions,
        max_subscriptions_per_user=live.max_subscriptions_per_user,
        max_subscriptions_per_socket=live.max_subscriptions_per_connection,
        init_timeout_s=live.socket_init_timeout_ms / 1000,
        session_check_s=live.session_check_interval_ms / 1000,
        heartbeat_s=live.sse_heartbeat_interval_ms / 1000,
    )


def create_counters(settings: Settings) -> CounterStore:
    """Where callers are counted: in Redis, else in this process. SettingsError where its client is not installed."""
    redis_url = settings.rates.redis_url
    try:
        return CounterStore(redis_url.get_secret_value() if redis_url else None)
    except ModuleNotFoundError as error:
        raise SettingsError("REDIS_URL: needs the extra `redis` of this package.") from error


def cost_budget(settings: Settings, counters: CounterStore) -> CostBudget:
    """Of all operations of a caller together."""
    rates = settings.rates
    window_s = rates.cost_window_s
    return CostBudget(
        settings.graph.max_query_cost,
        WindowedRateLimiter("user points", rates.user_cost_limit, window_s, counters.open()),
        WindowedRateLimiter("address points", rates.anonymous_cost_limit, window_s, counters.open()),
    )


def sandbox_operations(settings: Settings, counters: CounterStore) -> WindowedRateLimiter:
    """Of what a user does with sandboxes."""
    rates = settings.rates
    return WindowedRateLimiter(
        "sandbox operations", rates.sandbox_operations_limit, rates.sandbox_operations_window_s, counters.open()
    )


def upload_limits(settings: Settings) -> UploadLimits:
    """Of requests that bring files."""
    graph = settings.graph
    return UploadLimits(
        max_files=graph.max_upload_files,
        max_at_once_per_user=graph.max_uploads_per_user,
        max_at_once=graph.max_uploads,
    )


def file_limits(settings: Settings) -> FileLimits:
    """Of a project and its files."""
    files = settings.files
    kept_s = settings.sandboxes.sandbox_file_changes_retention_days * 24 * 3600
    return FileLimits(
        max_file_bytes=files.max_file_bytes,
        max_files=files.max_files_per_project,
        max_project_bytes=files.max_project_bytes,
        max_batch_operations=files.max_file_operations,
        max_batch_bytes=files.max_file_operations_bytes,
        changes_ttl_s=kept_s,
    )


def archive_bounds(settings: Settings) -> ArchiveBounds:
    """Of a project's archives, and of what is in them."""
    files = settings.files
    reading = ArchiveLimits(
        files.max_archive_entries, files.max_file_bytes, files.max_project_bytes, files.max_archive_ratio
    )
    return ArchiveBounds(files.max_archives_per_project, files.max_archive_bytes, reading, storage_provider(settings))


def storage_provider(settings: Settings) -> StorageProvider:
    """Where the bytes of files and archives are."""
    if settings.blob_directory is not None:
        return StorageProvider.LOCAL
    host = urlsplit(settings.storage.endpoint_url or "").hostname or ""
    return StorageProvider.R2 if host.endswith(".r2.cloudflarestorage.com") else StorageProvider.S3


def quota_limits(settings: Settings) -> QuotaLimits:
    """Of a user's storage over all projects."""
    return QuotaLimits(settings.files.max_storage_bytes_per_user, settings.files.max_files_per_user)


def sweep_limits(settings: Settings) -> SweepLimits:
    """Of the removal of blobs that nothing names."""
    storage = settings.storage
    return SweepLimits(
        interval_s=storage.blob_sweep_interval_s,
        grace_s=storage.blob_grace_hours * 3_600,
        wait_s=storage.blob_condemned_hours * 3_600,
        kept_s=storage.swept_blobs_retention_days * 24 * 3_600,
    )


def retention_limits(settings: Settings) -> RetentionLimits:
    """Of the history of files. A sandbox that runs compares with the revision that it got, so that this stays."""
    files, sandboxes = settings.files, settings.sandboxes
    return RetentionLimits(
        kept_s=files.file_history_retention_days * _DAY_S,
        max_revisions=files.file_history_max_revisions,
        recent_s=2 * max(_DAY_S, sandboxes.sandbox_lifetime_s, sandboxes.sandbox_max_lifetime_s),
    )


def staging_limits(settings: Settings) -> StagingLimits:
    """Of uploads by ticket."""
    files = settings.files
    return StagingLimits(
        max_file_bytes=files.max_file_bytes,
        max_archive_bytes=files.max_archive_bytes,
        url_ttl_s=files.upload_url_ttl_s,
    )


def transfer_slots(settings: Settings) -> TransferSlots:
    """Of the transfers that a process has under way."""
    return TransferSlots(settings.files.max_transfers, settings.files.max_transfers_per_user)


def bucket(settings: Settings) -> Bucket:
    """Where blobs are, for settings that name an S3 endpoint."""
    storage = settings.storage
    if not (storage.r2_bucket and storage.r2_access_key_id and storage.r2_secret_access_key):
        raise ValueError("Settings with an S3 endpoint must have a bucket and keys.")
    return Bucket(
        storage.r2_bucket,
        storage.endpoint_url,
        storage.r2_access_key_id.get_secret_value(),
        storage.r2_secret_access_key.get_secret_value(),
        settings.r2_key_prefix,
        region=storage.r2_region,
        ca_file=storage.r2_ca_file,
        encryption=Encryption(storage.r2_encryption),
        kms_key_id=storage.r2_kms_key_id,
    )


def preview_limits(settings: Settings) -> PreviewLimits:
    """Of previews and what goes through each."""
    return PreviewLimits(max_connections=settings.previews.preview_max_connections_per_preview)


def preview_addresses(settings: Settings, port: int | None) -> PreviewAddresses | None:
    """Where browsers reach the previews of a server that listens for them at `port`; None where it does not."""
    previews = settings.previews
    if port is None:
        return None
    if previews.preview_public_url:
        return PreviewAddresses.from_template(previews.preview_public_url)
    return PreviewAddresses("http", previews.preview_domain, port)


def proxy_bounds(settings: Settings) -> ProxyBounds:
    """Of those who use previews."""
    return ProxyBounds(
        max_connections=settings.previews.preview_max_connections,
        head_s=settings.server.request_head_timeout_ms / 1000,
        idle_s=settings.previews.preview_idle_timeout_ms / 1000,
        trusted_proxies=settings.server.trusted_proxies,
        cookie_prefix=settings.auth.better_auth_cookie_prefix,
    )
