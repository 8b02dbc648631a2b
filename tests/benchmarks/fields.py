"""The fields that both servers answer with: their names in the API and in the database."""

TEMPLATE_FIELDS = {
    "id": "_id",
    "slug": "slug",
    "name": "name",
    "description": "description",
    "type": "type",
    "category": "category",
    "tags": "tags",
    "popularity": "popularity",
    "fileCount": "file_count",
    "totalSize": "total_size",
    "startCommand": "start_command",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}
DEPENDENCY_FIELDS = {"name": "name", "version": "version", "kind": "kind"}
SUGGESTION_FIELDS = {"id": "_id", "slug": "slug", "name": "name", "type": "type", "category": "category"}
PROJECT_FIELDS = {
    "id": "_id",
    "name": "name",
    "description": "description",
    "status": "status",
    "step": "step",
    "templateId": "template_id",
    "revision": "revision",
    "createdAt": "created_at",
    "updatedAt": "updated_at",
}
FILE_FIELDS = {
    "path": "path",
    "size": "size",
    "version": "version",
    "sha256": "sha256",
    "isBinary": "is_binary",
    "updatedAt": "updated_at",
}
