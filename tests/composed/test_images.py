"""What is in our images, layer by layer: a service's own code and packages, no other's, no secret,
no test."""

import json
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

import pytest

from deploy.containers.secrets import DEFAULT_FOLDER
from deploy.service_names import BACKED_UP_BUCKETS, OBJECT_SERVICES, SERVICES
from tests.composed.secret_leaks import Values, leaked_secrets, secret_values
from tests.support.composed_portal import ComposedPortal

READ_BYTES = 1024 * 1024


class ImageArchive:
    """The archive has a manifest.json, whatever the engine."""

    def __init__(self, archive: Path) -> None:
        self._archive = archive
        with tarfile.open(archive) as files:
            manifest = json.loads(_read(files, "manifest.json"))[0]
            self.configuration: dict[str, Any] = json.loads(_read(files, manifest["Config"]))
        self._names: list[str] = manifest["Layers"]

    @property
    def layers(self) -> list[str]:
        """The digest of each, the lowest first; the same in all images that have it."""
        return list(self.configuration["rootfs"]["diff_ids"])

    def files(self, layer: str) -> Iterator[tuple[PurePosixPath, bytes]]:
        """The path and the content of all that a layer adds, even what a later layer hides; what is
        above READ_BYTES is not read."""
        with ExitStack() as opened:
            outer = opened.enter_context(tarfile.open(self._archive))
            name = _target(outer, self._names[self.layers.index(layer)])
            inner = opened.enter_context(tarfile.open(fileobj=outer.extractfile(name)))
            for member in inner:
                read = member.isfile() and member.size <= READ_BYTES
                content = cast(Any, inner.extractfile(member)).read() if read else b""
                yield PurePosixPath("/", member.name), content


def _read(files: tarfile.TarFile, name: str) -> bytes:
    return cast(Any, files.extractfile(name)).read()


def _target(files: tarfile.TarFile, name: str) -> str:
    """Where an archive's links lead; a layer that several names have is there once."""
    member = files.getmember(name)
    return (PurePosixPath(name).parent / member.linkname).name if member.issym() else name


PYTHON = ("gateway", *SERVICES)
SERVERS = {
    "proxy": "10001:10001",
    "objects": "10001:10001",
    "postgres": "postgres",
    "backup": "postgres",
}
"""Derived from others' images, by the user that each runs as."""
PAGES = PurePosixPath("/usr/share/portail")
CODE = PurePosixPath("/portail")
ENVIRONMENT = PurePosixPath("/opt/portail")
ONLY_OF_A_CHECKOUT = {".env", ".git", ".venv", ".npmrc", "node_modules", "secrets", "tests"}

Layer = tuple[set[PurePosixPath], dict[PurePosixPath, set[str]]]


@dataclass
class Image:
    """Its configuration, all paths of its layers, and which of them give a secret away."""

    saved: ImageArchive
    paths: set[PurePosixPath]
    giving_away: dict[PurePosixPath, set[str]]

    def in_folder(self, folder: PurePosixPath) -> set[str]:
        return {path.name for path in self.paths if path.parent == folder} - {"__pycache__"}


@pytest.fixture(scope="module")
def images(composed: ComposedPortal, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Image]:
    """By its target, each image that the compose file builds. A layer that several have is read
    once."""
    values = secret_values(composed.secrets) | secret_values(DEFAULT_FOLDER)
    described = json.loads(composed.compose("config", "--format", "json"))["services"]
    names = {
        service["build"]["target"]: service["image"]
        for service in described.values()
        if "build" in service
    }
    layers: dict[str, Layer] = {}
    return {
        target: looked_through(
            composed, name, tmp_path_factory.mktemp(target) / "image.tar", layers, values
        )
        for target, name in names.items()
    }


def looked_through(
    composed: ComposedPortal, name: str, archive: Path, layers: dict[str, Layer], values: Values
) -> Image:
    composed.engine("save", "--output", str(archive), name)
    saved = ImageArchive(archive)
    for layer in saved.layers:
        if layer not in layers:
            files = [
                (path, leaked_secrets(content, values)) for path, content in saved.files(layer)
            ]
            layers[layer] = (
                {path for path, _ in files},
                {path: names for path, names in files if names},
            )
    archive.unlink()
    paths = set().union(*(layers[layer][0] for layer in saved.layers))
    return Image(
        saved,
        paths,
        {path: names for layer in saved.layers for path, names in layers[layer][1].items()},
    )


def test_each_image_is_built_from_its_target(images: dict[str, Image]) -> None:
    assert set(images) == {*PYTHON, *SERVERS}


def test_no_layer_holds_a_secret(images: dict[str, Image]) -> None:
    for target, image in images.items():
        assert not image.giving_away, target


def test_no_configuration_or_history_tells_a_secret(
    composed: ComposedPortal, images: dict[str, Image]
) -> None:
    values = secret_values(composed.secrets) | secret_values(DEFAULT_FOLDER)
    for target, image in images.items():
        assert image.saved.configuration["history"], target
        assert not leaked_secrets(json.dumps(image.saved.configuration), values), target


@pytest.mark.parametrize("target", PYTHON)
def test_an_image_holds_the_code_of_its_service_alone(
    images: dict[str, Image], target: str
) -> None:
    image = images[target]
    own = {"chassis", "contracts", "clock.py", "french.py", "__init__.py"}
    if target in SERVICES:
        own |= {target, "reference"}
    if target in ("accounts", "registrations"):
        own |= {"mail"}
    if target in OBJECT_SERVICES:
        own |= {"objects"}
    if target in BACKED_UP_BUCKETS:
        own |= {"uploads", "confined"}
    beside = {"gateway", "catalogue"} if target == "gateway" else {"catalogue"}
    assert image.in_folder(CODE) == {"services"} | beside
    kept = image.in_folder(CODE / "catalogue")
    assert "retention.yaml" in kept
    assert ("bts" in kept) == (target == "registrations"), "exams are read by registrations alone"
    assert image.in_folder(CODE / "services") == own


def test_nothing_of_a_checkout_came_along(images: dict[str, Image]) -> None:
    for target, image in images.items():
        ours = [
            path
            for path in image.paths
            if ENVIRONMENT not in path.parents and path.parts[1:2] != ("usr",)
        ]
        assert not [path for path in ours if ONLY_OF_A_CHECKOUT & set(path.parts)], target


def test_the_proxys_image_holds_what_browsers_load_and_its_own_pages(
    images: dict[str, Image],
) -> None:
    gateways = images["gateway"].in_folder(CODE / "gateway" / "static")
    assert images["proxy"].in_folder(PAGES / "static") == gateways
    assert images["proxy"].in_folder(PAGES) == {
        "static",
        "production",
        "demonstration",
        "headers.conf",
    }


@pytest.mark.parametrize("target", [*PYTHON, *SERVERS])
def test_an_image_runs_without_root_where_nobody_says_anything(
    images: dict[str, Image], target: str
) -> None:
    assert images[target].saved.configuration["config"]["User"] == SERVERS.get(
        target, "10001:10001"
    )
