import pytest

from aura_gql.files.downloads.service import Downloads
from aura_gql.files.downloads.values import content_type_of
from aura_gql.files.errors import FileNotFound, InvalidPath
from aura_gql.files.records import RevisionSource
from aura_gql.files.writing.operations import DeletePath, PutFolder
from aura_gql.kernel.errors import InvalidInput
from aura_gql.projects.errors import ProjectNotFound
from aura_gql.storage.blob_links import BlobLinks
from aura_gql.storage.signing import DOWNLOADS, LinkSigner
from tests.files.world import ADA, World


@pytest.fixture
def downloads(world: World) -> Downloads:
    return Downloads(world.projects, world.files, BlobLinks(world.blobs, LinkSigner("a secret"), 600))


async def bytes_of(downloads: Downloads, url: str) -> bytes:
    """What a link leads to."""
    claim = await downloads.links.claimed(url.removeprefix(DOWNLOADS))
    return b"".join([piece async for piece in downloads.links.read(claim)])


async def test_links_stay_with_the_bytes_that_they_were_made_for(world: World, downloads: Downloads) -> None:
    project = await world.project()
    await world.save(project, "src/a.html", b"<p>one")
    before = await downloads.link_to_file(ADA, project, "src/a.html")
    await world.save(project, "src/a.html", b"<p>two", 1)
    now = await downloads.link_to_file(ADA, project, "src/a.html", filename="b.html")
    once = await downloads.link_to_file(ADA, project, "src/a.html", version=1)
    await world.files.writer.apply(ADA, project, [DeletePath("src"), PutFolder("src")], source=RevisionSource.BATCH)
    for version in (None, 3):
        with pytest.raises(FileNotFound):
            await downloads.link_to_file(ADA, project, "src/a.html", version)
    with pytest.raises(FileNotFound):
        await downloads.link_to_file(ADA, project, "src", 1)
    assert [await bytes_of(downloads, link.url) for link in (before, now, once)] == [b"<p>one", b"<p>two", b"<p>one"]
    assert [link.blob.filename for link in (before, now)] == ["a.html", "b.html"]
    assert before.blob.content_type == "text/plain; charset=utf-8", "text is for no browser to run"


async def test_only_what_the_viewer_has_is_linked(world: World, downloads: Downloads) -> None:
    project = await world.project()
    await world.save(project, "a.txt", b"one")
    for viewer, path, version, error in (
        ("eve", "a.txt", None, ProjectNotFound),
        ("eve", "a.txt", 1, ProjectNotFound),
        (ADA, "b.txt", None, FileNotFound),
        (ADA, "a.txt", 2, FileNotFound),
        (ADA, "a.txt", 0, FileNotFound),
        (ADA, "../a.txt", None, InvalidPath),
        (ADA, "../a.txt", 1, InvalidPath),
    ):
        with pytest.raises(error):
            await downloads.link_to_file(viewer, project, path, version)
    with pytest.raises(InvalidInput):
        await downloads.link_to_file(ADA, project, "a.txt", filename="../a.txt")
    with pytest.raises(InvalidInput):
        await downloads.link_to_file(ADA, project, "a.txt", expires_in_s=601)


@pytest.mark.parametrize(
    ("path", "is_binary", "wanted"),
    [
        ("a/logo.PNG", True, "image/png"),
        ("a.html", True, "application/octet-stream"),
        ("a.svg", True, "application/octet-stream"),
        ("png", True, "application/octet-stream"),
        ("", True, "application/octet-stream"),
        ("a.html", False, "text/plain; charset=utf-8"),
        ("a.png", False, "text/plain; charset=utf-8"),
    ],
)
def test_no_type_is_one_that_browsers_run(path: str, is_binary: bool, wanted: str) -> None:
    assert content_type_of(path, is_binary=is_binary) == wanted
