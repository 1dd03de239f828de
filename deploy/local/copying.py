"""Files copied so that they are on the disk when the copy is said to be there."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from deploy.local.manifest import CHUNK, Content


def copy(source: Path, target: Path) -> Content:
    """Copy the bytes and the time of change; what was copied. Raises FileNotFoundError where `source` has gone."""
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as read:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as written:
            while chunk := read.read(CHUNK):
                written.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            written.flush()  # before the time is set: writing sets it too
            times = os.fstat(read.fileno())
            os.utime(written.fileno(), ns=(times.st_atime_ns, times.st_mtime_ns))
            os.fsync(written.fileno())
    return Content(size, digest.hexdigest())


def link(earlier: Path, source: Path, target: Path) -> bool:
    """Whether `target` could be made another name of `earlier`, a copy of `source` as it still is.

    False where they differ in size or time of change, or where the file system has no such links.
    """
    try:
        before, now = earlier.stat(), source.stat()
        if (before.st_size, before.st_mtime_ns) != (now.st_size, now.st_mtime_ns):
            return False
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.link(earlier, target)
    except OSError:
        return False
    return True


def write(target: Path, text: str) -> None:
    with target.open("x", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """Put the names in `folder` and in all folders below it on the disk."""
    for path, _, _ in os.walk(folder):
        settle_names(Path(path))


def settle_names(path: Path) -> None:
    """Put on the disk what is called how in one folder; or the content of one file."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
