"""Cursors of a list of projects, newest first."""

from datetime import UTC, datetime, timedelta

from bson import ObjectId
from bson.errors import InvalidId

from aura_gql.kernel.errors import InvalidInput
from aura_gql.kernel.page import decode_cursor, encode_cursor
from aura_gql.projects.records import ProjectRecord

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def cursor_of(project: ProjectRecord) -> str:
    """The cursor behind which the next older project comes."""
    return encode_cursor((project.created_at - _EPOCH) // _MILLISECOND, str(project.id))


def position_behind(cursor: str) -> tuple[datetime, ObjectId]:
    """The keys that `cursor_of` wrote; InvalidInput on `after` for anything else."""
    created_ms, project_id = decode_cursor(cursor, (int, str))
    try:
        return _EPOCH + int(created_ms) * _MILLISECOND, ObjectId(str(project_id))
    except (InvalidId, OverflowError) as error:
        raise InvalidInput(
            "`after` is not a cursor of this list; pass a `cursor` or `endCursor` that it gave.", field=("after",)
        ) from error
