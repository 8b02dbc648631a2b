"""The /etc of a sandbox."""

from pathlib import Path

from aura_gql.sandboxes.providers.local.etc import INNER_UID, build_etc, passwd


def test_takes_what_is_harmless_and_leaves_the_rest(tmp_path: Path) -> None:
    host = tmp_path / "host"
    (host / "ssl/certs").mkdir(parents=True)
    (host / "ssl/certs/ca-certificates.crt").write_text("roots")
    (host / "ssl/private").mkdir()
    (host / "ssl/private/key.pem").write_text("secret")
    (host / "shadow").write_text("secret")
    (host / "pip.conf").write_text("secret")
    (host / "python3.11").mkdir()
    (host / "python3.11/sitecustomize.py").write_text("")
    (host / "java-17-openjdk").mkdir()
    (host / "java-17-openjdk/java.security").write_text("")
    (host / "alternatives").mkdir()
    (host / "alternatives/awk").symlink_to("/usr/bin/mawk")
    (host / "alternatives/awk.1.gz").symlink_to("/usr/share/man/man1/mawk.1.gz")
    build_etc(tmp_path / "etc", host)
    found = {
        path.relative_to(tmp_path / "etc").as_posix() for path in (tmp_path / "etc").rglob("*") if not path.is_dir()
    }
    assert found == {
        "alternatives/awk",
        "group",
        "hostname",
        "hosts",
        "java-17-openjdk/java.security",
        "nsswitch.conf",
        "passwd",
        "python3.11/sitecustomize.py",
        "resolv.conf",
        "ssl/certs/ca-certificates.crt",
    }
    assert str((tmp_path / "etc/alternatives/awk").readlink()) == "/usr/bin/mawk"
    assert f"sandbox:x:{INNER_UID}:{INNER_UID}:" in (tmp_path / "etc/passwd").read_text()


def test_passwd_names_the_user() -> None:
    assert "sandbox:x:4711:4711::/home/sandbox:/bin/bash" in passwd(4711).splitlines()
