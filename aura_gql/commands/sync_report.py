"""A sync of templates in words for a terminal."""

from collections.abc import Iterator, Sequence

from aura_gql.templates.syncs.records import SyncStatus, SyncStep, TemplateSyncRecord

_STEPS = {
    SyncStep.RESOLVING: "Asking for the commit of {repository}",
    SyncStep.DOWNLOADING: "Downloading {repository} at {commit}",
    SyncStep.READING: "Checking the archive, {size:,} bytes",
    SyncStep.STORING: "Keeping the files",
    SyncStep.COMMITTING: "Changing the catalogue",
}


def progress_of(sync: TemplateSyncRecord, repository: str) -> str:
    """The line for the step that a sync is at."""
    words = "Checking the archive" if sync.step is SyncStep.READING and not sync.downloaded_bytes else None
    if sync.step is None:
        raise ValueError("The sync is at no step.")
    told = words or _STEPS[sync.step].format(
        repository=repository, commit=(sync.commit or "")[:7], size=sync.downloaded_bytes
    )
    return f"{told} ..."


def summary_of(sync: TemplateSyncRecord) -> str:
    """The lines for what came of a sync that did not fail."""
    if sync.status is SyncStatus.UNCHANGED:
        return f"Nothing changed: the templates are those of commit {(sync.commit or '')[:7]}."
    return "\n".join(_lines(sync))


def _lines(sync: TemplateSyncRecord) -> Iterator[str]:
    counts = sync.counts
    yield from _slugs("Added", counts.added, sync.added)
    yield from _slugs("Changed", counts.changed, sync.changed)
    yield from _slugs("Removed", counts.removed, sync.removed)
    for skipped in sync.skipped:
        yield f"Skipped {skipped.path}: {skipped.reason}"
    if counts.skipped > len(sync.skipped):
        yield f"Skipped {counts.skipped - len(sync.skipped)} more"
    yield (
        f"Synced {counts.added + counts.changed + counts.unchanged} templates: {counts.added} added, "
        f"{counts.changed} changed, {counts.unchanged} unchanged, {counts.removed} removed, {counts.skipped} skipped."
    )


def _slugs(word: str, count: int, slugs: Sequence[str]) -> Iterator[str]:
    if count:
        more = f" and {count - len(slugs)} more" if count > len(slugs) else ""
        yield f"{word} {', '.join(slugs)}{more}"
