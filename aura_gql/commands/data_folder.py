"""The folder of `aura-gql dev`: who has it, and how other programs find what runs in it."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aura_gql.commands.errors import CommandError
from aura_gql.settings import Settings

_LOCK = "lock"
_URI = "mongodb.uri"
_SECRET = "auth.secret"  # noqa: S105


class DataFolder:
    """A folder that one `aura-gql dev` at a time may claim, private to its user."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @property
    def mongodb(self) -> Path:
        """The folder of the embedded MongoDB."""
        return self.path / "mongodb"

    @contextmanager
    def claim(self, url: str) -> Iterator[None]:
        """Have the folder for ourselves, made if need be; `url` tells others where we are.

        CommandError where another process has it, where it holds somebody's files, or where it can't be made.
        """
        try:
            self._prepare()
            lock = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise CommandError(f"can't use the data folder {self.path}: {error.strerror}.") from error
        try:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise self._taken(os.pread(lock, 4096, 0)) from None
            os.ftruncate(lock, 0)
            os.pwrite(lock, json.dumps({"pid": os.getpid(), "url": url}).encode(), 0)
            yield
        finally:
            os.close(lock)

    def refuse_second(self) -> None:
        """CommandError where another process has the folder, without claiming it."""
        if self.is_claimed():
            raise self._taken((self.path / _LOCK).read_bytes())

    def is_claimed(self) -> bool:
        """Whether a running `aura-gql dev` has the folder."""
        try:
            lock = os.open(self.path / _LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return False
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    @contextmanager
    def published(self, uri: str, secret: str) -> Iterator[None]:
        """Tell other programs of this user how to connect, for as long as the context lasts."""
        self._write_private(_SECRET, secret)
        self._write_private(_URI, uri)
        try:
            yield
        finally:
            (self.path / _URI).unlink(missing_ok=True)

    def connection(self) -> tuple[str, str]:
        """The URI and the secret that the running server published; CommandError where none runs."""
        try:
            if self.is_claimed():
                return (self.path / _URI).read_text().strip(), (self.path / _SECRET).read_text().strip()
        except FileNotFoundError:
            pass
        except OSError as error:
            raise CommandError(f"can't read the data folder {self.path}: {error.strerror}.") from error
        raise CommandError(f"no aura-gql dev is running on {self.path}; start it, or name its folder with --data-dir.")

    def secret(self) -> str:
        """The secret that signs this folder's sessions, made at the first call; 43 characters."""
        try:
            if text := (self.path / _SECRET).read_text().strip():
                return text
        except FileNotFoundError:
            pass
        return secrets.token_urlsafe(32)

    def _prepare(self) -> None:
        try:
            self.path.mkdir(parents=True, mode=0o700)
        except FileExistsError:
            if not (self.path / _LOCK).exists() and any(self.path.iterdir()):
                raise CommandError(
                    f"{self.path} has files that are not ours; name a new or empty folder with --data-dir."
                ) from None
            self.path.chmod(0o700)

    def _taken(self, content: bytes) -> CommandError:
        try:
            owner = json.loads(content)
            who = f"pid {int(owner['pid'])}, at {owner['url']}"
        except (ValueError, KeyError, TypeError):
            who = "its pid is unknown"
        return CommandError(
            f"another aura-gql dev is using {self.path} ({who}); stop it, or name another folder with --data-dir."
        )

    def _write_private(self, name: str, text: str) -> None:
        """Write a file whole or not at all, readable by its user alone."""
        temporary = self.path / f"{name}.new"
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        temporary.replace(self.path / name)


def database_uri(settings: Settings, data_dir: Path | None) -> str:
    """The database of the data folder where one is named or nothing else is set, else that of the settings.

    CommandError where it would be that of a server which does not run.
    """
    database_url = settings.database.database_url
    if data_dir is not None or database_url is None:
        return DataFolder(settings.server.data_directory).connection()[0]
    return database_url.get_secret_value()
