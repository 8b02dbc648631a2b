"""Blobs in a bucket of S3, Cloudflare R2 or anything that speaks like them."""

from aura_gql.storage.backends.s3.store import S3BlobStore

__all__ = ["S3BlobStore"]
