"""A backup's manifest is believed in nothing that it may not say: whoever can write it runs and overwrites nothing."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from deploy.local import manifest
from deploy.local.manifest import Damaged
from deploy.service_names import SERVICES

CONTENT = {"size": 1, "sha256": "0" * 64}
STRANGE_PATHS = """
    databases//tmp/x/abs databases/other.db databases/../accounts.db objects/../../x objects objects/ objects//etc/x
    objects/./x mail/../secrets.json /etc/x secrets.json restoring
"""


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


def is_damaged(folder: Path, content: object) -> bool:
    try:
        manifest.read(written(folder, content))
    except Damaged:
        return True
    return False


def test_a_backup_holds_the_databases_of_the_services_and_of_nobody_else() -> None:
    assert set(manifest.CONSUMERS_FIRST) == set(SERVICES)


def test_what_a_backup_writes_is_read(tmp_path: Path) -> None:
    backup = well_formed()
    backup["files"]["objects/\udcff"] = CONTENT  # a name that is not UTF-8 is a name all the same
    read = manifest.read(written(tmp_path, backup))
    assert json.loads(read.to_json()).keys() == backup.keys()
    assert set(read.files) == set(backup["files"])


def test_schemas_are_those_of_the_four_services_alone(tmp_path: Path) -> None:
    right = well_formed()["revisions"]
    for revisions in ({**right, "/tmp/evil": "1"}, {**right, "../evil": "1"}, {"pieces": "0001"}):
        assert is_damaged(tmp_path, well_formed() | {"revisions": revisions}), revisions


@pytest.mark.parametrize("path", [*STRANGE_PATHS.split(), "", "objects/\0", "objects/\ud800"])
def test_files_lie_where_a_portal_has_them(tmp_path: Path, path: str) -> None:
    backup = well_formed()
    backup["files"][path] = CONTENT
    assert is_damaged(tmp_path, backup)


def test_secrets_are_those_of_a_portal(tmp_path: Path) -> None:
    for secrets in ({"secrets.json": CONTENT, "../evil2": CONTENT}, {"demo.json": CONTENT}, {}):
        assert is_damaged(tmp_path, well_formed() | {"secrets": secrets}), secrets


def test_no_database_is_missing(tmp_path: Path) -> None:
    backup = well_formed()
    del backup["files"]["databases/pieces.db"]
    assert is_damaged(tmp_path, backup)


def test_sizes_and_digests_are_such(tmp_path: Path) -> None:
    sizes = [{**CONTENT, "size": size} for size in ("1", True, -1)]
    digests = [{**CONTENT, "sha256": digest} for digest in (1, "0" * 63)]
    contents: tuple[object, ...] = (None, [], "x", {"size": 1}, {**CONTENT, "more": 1}, *sizes, *digests)
    for content in contents:
        backup = well_formed()
        backup["files"]["objects/a/b"] = content
        assert is_damaged(tmp_path, backup), content


def test_every_other_shape_is_damage(tmp_path: Path) -> None:
    instants: tuple[object, ...] = (1, "2026-11-25T17:00:00", "9999-12-31T23:59:59+00:00")
    revisions = (dict.fromkeys(SERVICES, 1), [[service, "0001"] for service in SERVICES])
    wrongs: list[dict[str, Any]] = [{"format": 2}, {"files": []}, {"secrets": "secrets.json"}]
    wrongs += [{"instant": instant} for instant in instants] + [{"revisions": wrong} for wrong in revisions]
    for wrong in wrongs:
        assert is_damaged(tmp_path, well_formed() | wrong), wrong


def test_what_is_no_manifest_is_damage(tmp_path: Path) -> None:
    for text in ("", "[]", "null", "1", '"x"', "{}", "[" * 100_000, '{"format": NaN}', "\udcff"):
        (tmp_path / manifest.NAME).write_bytes(os.fsencode(text))
        with pytest.raises(Damaged):
            manifest.read(tmp_path)


@pytest.mark.parametrize(
    ("path", "target"),
    [("objects/a", "/etc/hostname"), ("objects", ".."), ("mail", "none"), (manifest.NAME, None), ("", None)],
)
def test_a_backup_holds_no_symbolic_link(tmp_path: Path, path: str, target: str | None) -> None:
    """To a file, a folder or nothing; or what is in its place, or in the backup's own, moved elsewhere."""
    backup = tmp_path / "backup"
    (backup / "objects").mkdir(parents=True)
    link = written(backup, well_formed()) / path
    if target is None:
        link.rename(tmp_path / "elsewhere")
    elif link.exists():
        link.rmdir()
    link.symlink_to(target or tmp_path / "elsewhere")
    with pytest.raises(Damaged, match="lien symbolique"):
        manifest.read(backup)


def test_a_pipe_in_the_place_of_the_manifest_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / manifest.NAME)
    with pytest.raises(Damaged):
        manifest.read(tmp_path)
