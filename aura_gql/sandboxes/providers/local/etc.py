"""The /etc that every sandbox sees: one small read-only folder, made once, instead of a mount for each file."""

import os
import shutil
from pathlib import Path

# What interpreters, TLS and the dynamic linker look up; nothing that tells about the host's users, services or secrets.
HOST_FILES = (
    "alternatives",
    "ca-certificates.conf",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "os-release",
    "debian_version",
    "protocols",
    "services",
    "ssl/openssl.cnf",
    "ssl/certs/ca-certificates.crt",
)
# Interpreters whose own settings distributions keep here, and which do not start without them.
HOST_FOLDERS = ("python3*", "java-*")
MANUAL_PAGE = ".gz"
INNER_UID = 1000

OWN_FILES = {
    "group": f"root:x:0:\ntty:x:5:\nsandbox:x:{INNER_UID}:\nnogroup:x:65534:\n",
    "hosts": "127.0.0.1 localhost sandbox\n::1 localhost\n",
    "hostname": "sandbox\n",
    "nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
    "resolv.conf": "# There is no network here.\n",
}


def passwd(uid: int) -> str:
    """An /etc/passwd in which the sandbox's user has this uid."""
    return (
        "root:x:0:0:root:/root:/usr/sbin/nologin\n"
        f"sandbox:x:{uid}:{uid}::/home/sandbox:/bin/bash\n"
        "nobody:x:65534:65534::/:/usr/sbin/nologin\n"
    )


def build_etc(target: Path, host_etc: Path = Path("/etc")) -> None:
    """Fill a new folder, readable by all. What the host lacks is left out."""
    target.mkdir(mode=0o755, parents=True)
    target.chmod(0o755)
    for name in HOST_FILES:
        _copy(host_etc / name, target / name)
    for pattern in HOST_FOLDERS:
        for folder in host_etc.glob(pattern):
            _copy(folder, target / folder.name)
    for name, content in {**OWN_FILES, "passwd": passwd(INNER_UID)}.items():
        (target / name).write_text(content, encoding="ascii")


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    if source.is_dir():
        _copy_folder(source, target)
    elif source.is_file():
        shutil.copyfile(source, target)


def _copy_folder(source: Path, target: Path) -> None:
    """Links stay links; those to manual pages, half of all alternatives, stay behind."""
    target.mkdir(mode=0o755)
    with os.scandir(source) as entries:
        for entry in entries:
            if entry.name.endswith(MANUAL_PAGE):
                continue
            if entry.is_symlink():
                os.symlink(os.readlink(entry.path), target / entry.name)
            elif entry.is_dir():
                _copy_folder(Path(entry.path), target / entry.name)
            elif entry.is_file() and os.access(entry.path, os.R_OK):
                shutil.copyfile(entry.path, target / entry.name)
