"""Objects copied by rclone between the store's buckets and the repository, where they are
encrypted.

`rclone copy`, never `sync`: what is deleted from the store stays in the repository. The object of a
key never changes, so one of the same size is the same.
"""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from deploy.backups.programs import run

SECRETS = Path("/run/secrets")
BUCKETS = ("documents", "pieces")
"""As `BACKED_UP_BUCKETS` of deploy/service_names.py, which is not in this image; a test holds them
equal."""
LAST_COPY = Path("/backups/objects-copied")
"""A marker file; its modification time is when the last finished copy began."""
CONFIGURATION = Path("/tmp/rclone.conf")  # noqa: S108 - the container's own, in memory
REPOSITORY_CONFIGURATION = SECRETS / "rclone-repository.conf"
"""The operator's settings of a repository that is not a folder."""
OPTIONS = (
    "--config",
    str(CONFIGURATION),
    "--size-only",
    "--fast-list",
    "--transfers=4",
    "--retries=2",
)


def copy_out() -> None:
    """Copy what is not in the repository. Raises Failed."""
    _configure("backup", "backup")
    started = LAST_COPY.with_suffix(".part")
    started.touch()
    for bucket in BUCKETS:
        run("rclone", "copy", *OPTIONS, f"{bucket}:{bucket}", f"copies:{bucket}")
    started.replace(LAST_COPY)


def copy_back() -> None:
    """Copy what is not in the store. Raises Failed."""
    _configure(*BUCKETS)
    for bucket in BUCKETS:
        run("rclone", "copy", *OPTIONS, f"copies:{bucket}", f"{bucket}:{bucket}")


def _configure(*keys: str) -> None:
    """Write rclone's settings: each of BUCKETS with the keys of that name, and the encrypted
    copies."""
    urls = [(SECRETS / f"{name}-objects-url").read_text().strip() for name in keys]
    sections = [_store(bucket, url) for bucket, url in zip(BUCKETS, urls, strict=True)]
    obscured = run(
        "rclone", "obscure", "-", typed=(SECRETS / "backup-cipher-pass").read_text().strip()
    ).strip()
    repository = os.environ.get("BACKUP_OBJECTS", "/backups/objects")
    sections.append(
        f"[copies]\ntype = crypt\nremote = {repository}\npassword = {obscured}\n"
        "filename_encryption = off\ndirectory_name_encryption = false\n"
    )
    if REPOSITORY_CONFIGURATION.exists():
        sections.append(REPOSITORY_CONFIGURATION.read_text())
    descriptor = os.open(CONFIGURATION, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(sections))


def _store(bucket: str, url: str) -> str:
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    return (
        f"[{bucket}]\n"
        "type = s3\n"
        "provider = Other\n"
        "region = us-east-1\n"
        "force_path_style = true\n"
        f"endpoint = {parts.scheme.removeprefix('s3+')}://{parts.hostname}{port}\n"
        f"access_key_id = {unquote(parts.username or '')}\n"
        f"secret_access_key = {unquote(parts.password or '')}\n"
    )
