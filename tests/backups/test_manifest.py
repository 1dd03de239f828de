"""A backup's manifest is believed in nothing that it may not say: whoever can write it runs and overwrites nothing."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from deploy.local import manifest
from deploy.local.manifest import Damaged
from deploy.service_names import SERVICES

CONTENT = {"size": 1, "sha256": "0" * 64}


def well_formed() -> dict[str, Any]:
    return {
        "format": 1,
        "instant": "2026-11-25T17:00:00+00:00",
        "revisions": dict.fromkeys(SERVICES, "0001"),
        "files": {f"databases/{service}.db": CONTENT for service in SERVICES} | {"objects/a/b": CONTENT},
        "secrets": {"secrets.json": CONTENT},
    }


def written(folder: Path, content: object) -> Path:
    (folder / manifest.NAME).write_text(json.dumps(content))
    return folder


def test_a_backup_holds_the_databases_of_the_services_and_of_nobody_else() -> None:
    assert set(manifest.CONSUMERS_FIRST) == set(SERVICES)


def test_what_a_backup_writes_is_read(tmp_path: Path) -> None:
    read = manifest.read(written(tmp_path, well_formed()))
    assert json.loads(read.to_json()).keys() == well_formed().keys()
    assert set(read.files) == set(well_formed()["files"])


@pytest.mark.parametrize("revisions", [{"/tmp/evil": "1"}, {"../evil": "1"}, {}])
def test_schemas_are_those_of_the_four_services_alone(tmp_path: Path, revisions: dict[str, str]) -> None:
    backup = well_formed()
    backup["revisions"] = backup["revisions"] | revisions if revisions else {"pieces": "0001"}
    with pytest.raises(Damaged):
        manifest.read(written(tmp_path, backup))


@pytest.mark.parametrize(
    "path",
    [
        "databases//tmp/x/abs",
        "databases/other.db",
        "databases/../accounts.db",
        "objects/../../x",
        "objects",
        "objects/",
        "objects//etc/x",
        "objects/./x",
        "mail/../secrets.json",
        "/etc/x",
        "secrets.json",
        "restoring",
        "",
        "objects/\0",
        "objects/\ud800",
    ],
)
def test_files_lie_where_a_portal_has_them(tmp_path: Path, path: str) -> None:
    backup = well_formed()
    backup["files"][path] = CONTENT
    with pytest.raises(Damaged):
        manifest.read(written(tmp_path, backup))


def test_a_name_that_is_not_utf8_is_a_name_all_the_same(tmp_path: Path) -> None:
    backup = well_formed()
    backup["files"]["objects/\udcff"] = CONTENT
    assert "objects/\udcff" in manifest.read(written(tmp_path, backup)).files


@pytest.mark.parametrize("secrets", [{"secrets.json": CONTENT, "../evil2": CONTENT}, {"demo.json": CONTENT}, {}])
def test_secrets_are_those_of_a_portal(tmp_path: Path, secrets: dict[str, Any]) -> None:
    with pytest.raises(Damaged):
        manifest.read(written(tmp_path, well_formed() | {"secrets": secrets}))


def test_no_database_is_missing(tmp_path: Path) -> None:
    backup = well_formed()
    del backup["files"]["databases/pieces.db"]
    with pytest.raises(Damaged):
        manifest.read(written(tmp_path, backup))


@pytest.mark.parametrize(
    "content",
    [
        None,
        [],
        "x",
        {"size": 1},
        {**CONTENT, "more": 1},
        {**CONTENT, "size": "1"},
        {**CONTENT, "size": True},
        {**CONTENT, "size": -1},
        {**CONTENT, "sha256": 1},
        {**CONTENT, "sha256": "0" * 63},
    ],
)
def test_sizes_and_digests_are_such(tmp_path: Path, content: object) -> None:
    backup = well_formed()
    backup["files"]["objects/a/b"] = content
    with pytest.raises(Damaged):
        manifest.read(written(tmp_path, backup))


@pytest.mark.parametrize(
    "wrong",
    [
        {"format": 2},
        {"instant": 1},
        {"instant": "2026-11-25T17:00:00"},
        {"instant": "9999-12-31T23:59:59+00:00"},
        {"revisions": dict.fromkeys(SERVICES, 1)},
        {"revisions": [[service, "0001"] for service in SERVICES]},
        {"files": []},
        {"secrets": "secrets.json"},
    ],
)
def test_every_other_shape_is_damage(tmp_path: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(Damaged):
        manifest.read(written(tmp_path, well_formed() | wrong))


@pytest.mark.parametrize("text", ["", "[]", "null", "1", '"x"', "{}", "[" * 100_000, '{"format": NaN}', "\udcff"])
def test_what_is_no_manifest_is_damage(tmp_path: Path, text: str) -> None:
    (tmp_path / manifest.NAME).write_bytes(os.fsencode(text))
    with pytest.raises(Damaged):
        manifest.read(tmp_path)


def links_a_file(backup: Path) -> None:
    (backup / "objects").mkdir()
    (backup / "objects" / "a").symlink_to("/etc/hostname")


def links_a_folder(backup: Path) -> None:
    (backup / "objects").symlink_to(backup.parent)


def links_to_nothing(backup: Path) -> None:
    (backup / "mail").symlink_to(backup / "none")


def links_the_manifest(backup: Path) -> None:
    (backup / manifest.NAME).rename(backup.parent / "elsewhere.json")
    (backup / manifest.NAME).symlink_to(backup.parent / "elsewhere.json")


def links_the_backup(backup: Path) -> None:
    backup.rename(backup.parent / "elsewhere")
    backup.symlink_to(backup.parent / "elsewhere")


@pytest.mark.parametrize(
    "planted", [links_a_file, links_a_folder, links_to_nothing, links_the_manifest, links_the_backup]
)
def test_a_backup_holds_no_symbolic_link(tmp_path: Path, planted: Callable[[Path], None]) -> None:
    backup = tmp_path / "backup"
    backup.mkdir()
    planted(written(backup, well_formed()))
    with pytest.raises(Damaged, match="lien symbolique"):
        manifest.read(backup)


def test_a_pipe_in_the_place_of_the_manifest_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / manifest.NAME)
    with pytest.raises(Damaged):
        manifest.read(tmp_path)
