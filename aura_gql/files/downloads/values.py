"""Under which media types files go out."""

TEXT = "text/plain; charset=utf-8"
OCTETS = "application/octet-stream"

_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "gz": "application/gzip",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "otf": "font/otf",
    "pdf": "application/pdf",
    "png": "image/png",
    "tar": "application/x-tar",
    "ttf": "font/ttf",
    "wasm": "application/wasm",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
    "woff": "font/woff",
    "woff2": "font/woff2",
    "zip": "application/zip",
    "zst": "application/zstd",
}


def content_type_of(path: str, *, is_binary: bool) -> str:
    """The media type of a file: text is always plain, so that no browser runs it, whatever its name."""
    if not is_binary:
        return TEXT
    _, dot, suffix = path.rpartition(".")
    return _TYPES.get(suffix.lower(), OCTETS) if dot else OCTETS
