"""The settings of projects, of their files, and of where the bytes of these are kept."""

from pathlib import Path
from typing import Literal

from pydantic import Field, FilePath

from aura_gql.settings_groups import Group
from aura_gql.settings_types import Bytes, Count, Days, Hours, HttpUrl, LinkSeconds, Seconds, Secret

_MIB = 1024 * 1024
_GIB = 1024 * _MIB


class StorageSettings(Group):
    """Blobs: Cloudflare R2 or another S3 by R2_*, or a local folder. One of the two is required to serve."""

    blob_directory: Path | None = Field(None, description="Local folder for blobs; unset, `dev` uses its data folder.")
    r2_account_id: str | None = Field(
        None, pattern=r"^[0-9A-Za-z]{1,64}$", description="Cloudflare account; gives the endpoint."
    )
    r2_endpoint_url: HttpUrl | None = Field(None, description="S3 endpoint; unset, the one of R2_ACCOUNT_ID.")
    r2_access_key_id: Secret | None = Field(None, description="Access key.")
    r2_secret_access_key: Secret | None = Field(None, description="Secret of the access key.")
    r2_bucket: str | None = Field(None, min_length=3, max_length=63, description="Bucket.")
    r2_region: str = Field("auto", description="Region; R2 has only `auto`.")
    r2_key_prefix: str = Field(
        "",
        max_length=256,
        pattern=r"^[A-Za-z0-9!_.*'()/{}-]*$",
        description="Put before every key, e.g. `aura/`. `{environment}` stands for ENVIRONMENT, so that several can"
        " share a bucket: `aura/{environment}/`.",
    )
    r2_encryption: Literal["none", "AES256", "aws:kms"] = Field(
        "none",
        description="What the store is asked to encrypt objects with, `AES256` or `aws:kms`. R2 encrypts by itself and"
        " knows neither.",
    )
    r2_kms_key_id: str | None = Field(
        None, max_length=2048, description="Key for `aws:kms`; unset, the one that the account has for S3."
    )
    r2_ca_file: FilePath | None = Field(
        None, description="Authorities (PEM) for an https endpoint whose certificate the public ones don't vouch for."
    )
    blob_sweep_interval_s: Seconds = Field(
        21_600, description="Seconds between two looks for blobs that nothing names."
    )
    blob_grace_hours: Hours = Field(
        24, description="Hours that a blob is old at least that is condemned, as nothing names it."
    )
    blob_condemned_hours: Hours = Field(
        24, description="Hours that a condemned blob waits for somebody to name it; then it goes."
    )
    swept_blobs_retention_days: Days = Field(90, description="Days that it is remembered which blobs were removed.")

    @property
    def endpoint_url(self) -> str | None:
        """Where the S3 API is."""
        return self.r2_endpoint_url or (
            f"https://{self.r2_account_id}.r2.cloudflarestorage.com" if self.r2_account_id else None
        )


class FileSettings(Group):
    """The bounds of projects and their files."""

    max_projects_per_user: Count = Field(100, description="Most projects that a user owns.")
    max_files_per_project: Count = Field(2_000, description="Most files in a project.")
    max_file_bytes: Bytes = Field(
        10 * _MIB, description="Bytes of the largest file; those that no request can hold come by `createUploadUrl`."
    )
    max_project_bytes: Bytes = Field(50 * _MIB, description="Bytes of all files of a project together.")
    max_file_operations: Count = Field(500, description="Most operations of one `applyFileOperations`.")
    max_file_operations_bytes: Bytes = Field(
        32 * _MIB, description="Bytes that the operations of one `applyFileOperations` bring together."
    )
    max_archives_per_project: Count = Field(20, description="Most archives that are kept of a project.")
    max_archive_entries: Count = Field(
        10_000,
        description="Most files and folders in an archive that a user brings, also those folders that names imply.",
    )
    max_archive_ratio: Count = Field(
        200, description="How many times its own bytes an archive that a user brings may unpack to, beyond 8 MiB."
    )
    max_files_per_user: Count = Field(50_000, description="Most files in all projects of a user together.")
    file_history_retention_days: Days = Field(
        90, description="Days that the history of files is kept; the files as they are now stay in any case."
    )
    file_history_max_revisions: Count = Field(
        5_000, description="Most revisions of a project that are kept; what is younger than 2 days stays in any case."
    )
    max_storage_bytes_per_user: Bytes = Field(
        2_048 * _MIB,
        description="Bytes of all files and kept archives of a user together, with what is set aside for those coming.",
    )
    max_archive_bytes: Bytes = Field(1 * _GIB, description="Bytes of the largest archive of a project.")
    download_url_ttl_s: LinkSeconds = Field(
        3_600, description="Seconds that a link to a file or an archive works, where its maker asks for no fewer."
    )
    upload_url_ttl_s: LinkSeconds = Field(
        3_600, description="Seconds that the bytes of an upload have to arrive; they are kept an hour more to be used."
    )
    max_transfers: Count = Field(
        256, description="Most downloads and uploads by link at a time, in a process; each holds about 512 KiB."
    )
    max_transfers_per_user: Count = Field(16, description="Most of these by links that one user made.")
