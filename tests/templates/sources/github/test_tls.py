"""GitHub over https: who it must be, and that nothing leads out of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from aura_gql.templates.errors import TemplateSourceRefused, TemplatesUnavailable
from tests.support.github import faults
from tests.support.github.archives import COMMIT
from tests.support.github.clients import TOKEN, repository_at
from tests.support.github.server import LoopbackGitHub, loopback_github

AUTHORITY = "authority.pem"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the certificate of the loopback GitHub is, and that of who signed it."""
    folder = tmp_path_factory.mktemp("tls")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / AUTHORITY)
    authority.issue_cert("localhost", "127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "github.pem")
    return folder


@pytest.fixture(scope="module")
def secure(folder: Path) -> Iterator[LoopbackGitHub]:
    with loopback_github(b"\x1f\x8bpacked", COMMIT, folder / "github.pem") as github:
        yield github


async def test_whoever_is_trusted_is_asked(
    secure: LoopbackGitHub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / AUTHORITY))
    secure.state.heal()
    repository = repository_at(secure.url, token=TOKEN)
    assert await repository.download((await repository.resolve()).sha, tmp_path / "archive") == 8
    commits, tarball, codeload = secure.state.asked
    assert commits.headers["authorization"] == tarball.headers["authorization"] == f"Bearer {TOKEN}"
    assert "authorization" not in codeload.headers


async def test_nobody_else_is(secure: LoopbackGitHub) -> None:
    secure.state.heal()
    with pytest.raises(TemplatesUnavailable, match="ConnectError"):
        await repository_at(secure.url, token=TOKEN).resolve()
    assert secure.state.asked == []


async def test_authorities_that_are_not_there(secure: LoopbackGitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    with pytest.raises(TemplatesUnavailable, match="proxy or certificates can't be used"):
        await repository_at(secure.url).resolve()


async def test_nothing_leads_out_of_it(
    secure: LoopbackGitHub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / AUTHORITY))
    secure.state.heal()
    secure.state.fail("tarball", faults.moved(secure.archives_url.replace("https", "http") + "/a"))
    with pytest.raises(TemplateSourceRefused, match=r"http://127\.0\.0\.1, which is not its own"):
        await repository_at(secure.url).download(COMMIT, tmp_path / "archive")
    assert secure.state.requests() == ["tarball"]
