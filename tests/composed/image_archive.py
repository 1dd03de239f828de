"""Reads an image archive (`docker save`): its configuration, and the files of every layer."""

import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

READ_BYTES = 1024 * 1024


@dataclass(frozen=True)
class LayerFile:
    """A member of a layer; `content` is None for what is not a file, and above READ_BYTES."""

    path: PurePosixPath
    content: bytes | None


class ImageArchive:
    """The archive has a manifest.json, whatever the engine."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        with tarfile.open(archive) as files:
            manifest = json.loads(_read(files, "manifest.json"))[0]
            self.configuration: dict[str, Any] = json.loads(_read(files, manifest["Config"]))
        self._names: list[str] = manifest["Layers"]

    @property
    def config(self) -> dict[str, Any]:
        """What containers start with: User, Env, Labels, Healthcheck …"""
        return dict(self.configuration["config"])

    @property
    def layers(self) -> list[str]:
        """The digest of each, the lowest first; the same in all images that have it."""
        return list(self.configuration["rootfs"]["diff_ids"])

    def files(self, layer: str) -> Iterator[LayerFile]:
        """All that a layer adds, even what a later layer hides."""
        with ExitStack() as opened:
            outer = opened.enter_context(tarfile.open(self._archive))
            name = _target(outer, self._names[self.layers.index(layer)])
            inner = opened.enter_context(tarfile.open(fileobj=outer.extractfile(name)))
            for member in inner:
                read = member.isfile() and member.size <= READ_BYTES
                content = cast(Any, inner.extractfile(member)).read() if read else None
                yield LayerFile(PurePosixPath("/", member.name), content)


def _read(files: tarfile.TarFile, name: str) -> bytes:
    return cast(Any, files.extractfile(name)).read()


def _target(files: tarfile.TarFile, name: str) -> str:
    """Where an archive's links lead; a layer that several names have is there once."""
    member = files.getmember(name)
    return (PurePosixPath(name).parent / member.linkname).name if member.issym() else name
