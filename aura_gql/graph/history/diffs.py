"""What differs between versions, as clients see it."""

from typing import Self

import strawberry

from aura_gql.files.diffing import records
from aura_gql.files.diffing.records import DiffSide
from aura_gql.files.diffing.unified import unified
from aura_gql.files.history.records import FilePair
from aura_gql.files.records import FileRecord
from aura_gql.graph.context import Info
from aura_gql.graph.files.enums import ChangeKind
from aura_gql.graph.history.enums import LineKind
from aura_gql.graph.history.loaders import text_diffs
from aura_gql.graph.pagination import After, Connection, First, page_request
from aura_gql.graph.scalars import Long
from aura_gql.kernel.page import Page, PageRequest, decode_cursor, encode_cursor


@strawberry.type(description="A line of a diff.")
class DiffLine:
    """A line on the wire."""

    kind: LineKind = strawberry.field(description="What became of it.")
    text: str = strawberry.field(description="The line without its `\\n`; a carriage return before that stays.")
    old_number: int | None = strawberry.field(description="Its number in the older text, from 1; null for ADDED.")
    new_number: int | None = strawberry.field(description="Its number in the newer text, from 1; null for REMOVED.")
    has_newline: bool = strawberry.field(description="False for a last line that does not end with `\\n`.")


@strawberry.type(description="Changed lines that stand together, with up to 3 unchanged ones around them.")
class DiffHunk:
    """A hunk on the wire."""

    old_start: int = strawberry.field(
        description="The number of its first line in the older text; of the line before, where it has none there."
    )
    old_lines: int = strawberry.field(description="How many lines it has there.")
    new_start: int = strawberry.field(
        description="The number of its first line in the newer text; of the line before, where it has none there."
    )
    new_lines: int = strawberry.field(description="How many lines it has there.")
    lines: list[DiffLine] = strawberry.field(description="Its lines, in order.")

    @classmethod
    def from_record(cls, record: records.DiffHunk) -> Self:
        """The hunk that `record` describes."""
        return cls(
            old_start=record.old_start,
            old_lines=record.old_lines,
            new_start=record.new_start,
            new_lines=record.new_lines,
            lines=[
                DiffLine(
                    kind=line.kind,
                    text=line.text,
                    old_number=line.old_number,
                    new_number=line.new_number,
                    has_newline=line.has_newline,
                )
                for line in record.lines
            ],
        )


@strawberry.type(description="How the lines of two versions differ.")
class TextDiff:
    """A diff on the wire; None inside where the texts are beyond the limits."""

    pair: strawberry.Private[FilePair]
    diff: strawberry.Private[records.TextDiff | None]
    is_too_large: bool = strawberry.field(
        description=(
            "Whether the texts were not compared, as one has more than 4 MiB, or more than 20,000 lines between the "
            "first and the last that differs. All else is null then."
        )
    )
    additions: int | None = strawberry.field(description="How many lines were added.")
    deletions: int | None = strawberry.field(description="How many lines were removed.")

    @classmethod
    def of(cls, pair: FilePair, diff: records.TextDiff | None) -> Self:
        """The diff of a pair."""
        return cls(
            pair=pair,
            diff=diff,
            is_too_large=diff is None,
            additions=diff.additions if diff else None,
            deletions=diff.deletions if diff else None,
        )

    @strawberry.field(
        description=(
            "The diff as text, as `git apply` and `patch` read it, with Git's lines about renames and executable bits; "
            "empty where nothing differs."
        )
    )
    def unified(self) -> str | None:
        """Write it down."""
        if self.diff is None:
            return None
        return unified(_side(self.pair.old), _side(self.pair.new), self.diff.hunks)

    @strawberry.field(
        description=(
            "The diff as values. One answer holds at most 5,000 lines so, over all its diffs; there is no such bound "
            "for `unified`."
        )
    )
    def hunks(self, info: Info) -> list[DiffHunk] | None:
        """Convert, within what one answer may hold."""
        if self.diff is None:
            return None
        info.context.take_diff_lines(self.diff.line_count)
        return [DiffHunk.from_record(hunk) for hunk in self.diff.hunks]


@strawberry.type(description="What differs between two versions of a file, `from` the older side and `to` the newer.")
class FileDiff:
    """A pair of versions on the wire."""

    pair: strawberry.Private[FilePair]
    path: str = strawberry.field(description="Where the file is, or was last.")
    kind: ChangeKind | None = strawberry.field(
        description="What became of it; null where nothing differs. A file that was moved may have changed, too."
    )
    from_path: str | None = strawberry.field(description="Where it was before, for MOVED; else null.")
    from_version: int | None = strawberry.field(description="The older version; null where the file was not there.")
    to_version: int | None = strawberry.field(description="The newer version; null where the file was not there.")
    from_size: Long | None = strawberry.field(description="The older size in bytes; null where it was not there.")
    to_size: Long | None = strawberry.field(description="The newer size in bytes; null where it was not there.")
    from_executable: bool | None = strawberry.field(description="The older executable bit; null as above.")
    to_executable: bool | None = strawberry.field(description="The newer executable bit; null where it was not there.")
    is_binary: bool = strawberry.field(
        description="Whether either side is not UTF-8 text, so that no lines are compared."
    )

    @classmethod
    def of(cls, pair: FilePair) -> Self:
        """What there is to tell of a pair without reading it."""
        old, new, kind = pair.old, pair.new, pair.kind
        return cls(
            pair=pair,
            path=pair.path,
            kind=None if kind is None else ChangeKind(kind.value),
            from_path=old.path if old and new and old.path != new.path else None,
            from_version=old.version if old else None,
            to_version=new.version if new else None,
            from_size=Long(old.size) if old else None,
            to_size=Long(new.size) if new else None,
            from_executable=old.executable if old else None,
            to_executable=new.executable if new else None,
            is_binary=pair.is_binary,
        )

    @strawberry.field(description="The lines that differ, compared when asked for; null where a side is binary.")
    async def text(self, info: Info) -> TextDiff | None:
        """The diff, read through the loader."""
        if self.pair.is_binary:
            return None
        if info.context.services.history.reads(self.pair):
            info.context.take_content(sum(side.size for side in (self.pair.old, self.pair.new) if side))
        return TextDiff.of(self.pair, await text_diffs(info.context).load(self.pair))


@strawberry.type(description="What differs between two revisions of a project.")
class ProjectDiff:
    """The pairs of two revisions on the wire."""

    pairs: strawberry.Private[list[FilePair]]
    from_revision: int = strawberry.field(description="The revision on the older side.")
    to_revision: int = strawberry.field(description="The revision on the newer side.")

    @strawberry.field(description="The files that differ, by path. A file that was moved is there once, as MOVED.")
    def files(self, first: First = None, after: After = None) -> Connection[FileDiff]:
        """A page of them."""
        return Connection.of(_page(self.pairs, page_request(first, after)), FileDiff.of)


def _side(file: FileRecord | None) -> DiffSide | None:
    return DiffSide(file.path, file.executable) if file else None


def _page(pairs: list[FilePair], page: PageRequest) -> Page[FilePair]:
    rest = pairs
    if page.after is not None:
        (last,) = decode_cursor(page.after, (str,))
        rest = [pair for pair in pairs if pair.path > str(last)]
    items = rest[: page.first]

    async def count() -> int:
        return len(pairs)

    return Page(
        items=items,
        cursors=[encode_cursor(pair.path) for pair in items],
        has_next=len(rest) > page.first,
        has_previous=page.after is not None,
        count=count,
    )
