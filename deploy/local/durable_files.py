"""Copies of files that are on the disk (fsync) before they count as made."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from deploy.local.manifest import CHUNK, Content


def copy(source: Path, target: Path) -> Content:
    """Copy the bytes and the modification time; returns what was copied.

    Raises FileNotFoundError where `source` has gone.
    """
    digest, size = hashlib.sha256(), 0
    with source.open("rb") as reader:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with target.open("xb") as writer:
            while chunk := reader.read(CHUNK):
                writer.write(chunk)
                digest.update(chunk)
                size += len(chunk)
            writer.flush()  # before the time is set: writing sets it too
            times = os.fstat(reader.fileno())
            os.utime(writer.fileno(), ns=(times.st_atime_ns, times.st_mtime_ns))
            os.fsync(writer.fileno())
    return Content(size, digest.hexdigest())


def link(earlier: Path, source: Path, target: Path) -> bool:
    """Make `target` a hard link to `earlier`, an unchanged copy of `source`; whether that was possible.

    False where they differ in size or modification time, or where the file system has no hard links.
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


def sync_tree_to_disk(folder: Path) -> None:
    """fsync `folder` and all folders below it, so that the names in them are on the disk."""
    for path, _, _ in os.walk(folder):
        sync_to_disk(Path(path))


def sync_to_disk(path: Path) -> None:
    """fsync one folder (the names in it) or one file (its content)."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
