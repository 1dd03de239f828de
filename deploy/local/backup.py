"""`make backup DIR=folder`: a copy of all state of the portal in VAR_DIR, taken while it runs or is stopped.

Each backup is a folder of its own, named after its instant (UTC). A file that the previous backup already has is a hard
link to it, so a backup costs only what is new. It is written under a temporary name and renamed once it is complete and
on the disk.

Consumers' databases are copied before the producers', so that no copy knows more than its source; objects come last,
since a file is stored before the row that names it is committed. The broker's file is not copied: a message in transit
during the copies could be missing from both. After a restore the services publish their events again, and inboxes
ignore those that they have already handled.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path
from urllib.parse import quote

from deploy.local import durable_files, manifest
from deploy.local.manifest import CONSUMERS_FIRST, REQUIRED_SECRETS, SECRET_FILES, Content, Damaged, Manifest
from deploy.local.state_folder import StateFolder, chosen_state
from services.chassis.clock import PARIS, system_now

SECRETS = "secrets"
UNFINISHED_BACKUPS = ".*Z.part"
"""Folders of backups that were interrupted."""
UNFINISHED = (".rclone_temp_put_*", ".*.part")
"""Names under which the object store and the mailer write incomplete files."""
BUSY_SECONDS = 60.0


class Impossible(Exception):
    """The backup or restore cannot be made; the message, in French, says why."""


@dataclass
class Backup:
    """The backup being made: `part` is where it is written, `previous` the newest one that already exists."""

    part: Path
    previous: Path | None
    previous_files: Mapping[str, Content] = field(default_factory=dict)
    files: dict[str, Content] = field(default_factory=dict)
    added: int = 0
    """Files that no earlier backup holds, databases aside."""
    added_bytes: int = 0
    previous_damage: str = ""
    """Why nothing of the previous one could be used, in French."""
    altered: list[str] = field(default_factory=list)
    """Files of the previous one whose bytes have changed since: copied from the portal again."""
    skipped: list[str] = field(default_factory=list)
    """Links, pipes and the like where the portal has files: neither followed nor copied."""

    def count(self, folder: str) -> int:
        return sum(path.startswith(f"{folder}/") for path in self.files)


def main() -> None:
    os.umask(0o077)
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Où sauvegarder ? make backup DIR=/chemin/du/dossier")
    state, folder = chosen_state(), Path(sys.argv[1]).resolve()
    at = system_now()
    try:
        backup = back_up(state, folder, at)
    except (Impossible, OSError, sqlite3.Error) as error:
        sys.exit(f"Sauvegarde impossible : {error}")
    print(
        f"Sauvegarde faite : {folder / name_of(at)}\n"
        f"{len(CONSUMERS_FIRST)} bases, {backup.count('objects')} fichiers, {backup.count('mail')} mails"
        f" ; {backup.added} nouveaux ({backup.added_bytes / 1e6:.1f} Mo).\n"
        f"Tout ce qui a été enregistré avant le {instant_in_words(at)} y est.\n"
        f"Les secrets sont à part, dans {folder / SECRETS / name_of(at)} : gardez-les ailleurs que les données."
    )
    for line in _warnings(backup):
        print(line)


def back_up(state: StateFolder, folder: Path, at: datetime) -> Backup:
    """Make the backup of this instant in `folder`. Raises Impossible, OSError or sqlite3.Error; then there is none."""
    refuse_servers()
    _refuse_impossible(state, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _lock(folder):
        _refuse_symbolic_links(folder)
        target = folder / name_of(at)
        if target.exists():
            raise Impossible(f"{target} existe déjà.")
        backup = _begin(folder, target.name)
        try:
            revisions = {service: _copy_database(backup, state, service) for service in CONSUMERS_FIRST}
            _copy_files(backup, state.objects, "objects")
            _copy_files(backup, state.mail, "mail")
            secrets = _copy_secrets(state, folder / SECRETS / target.name)
            made = Manifest(at, revisions, backup.files, secrets, manifest.FORMAT)
            durable_files.write(backup.part / manifest.NAME, made.to_json())
            durable_files.sync_tree_to_disk(backup.part)
            backup.part.rename(target)
            durable_files.sync_to_disk(folder)
        except BaseException:
            shutil.rmtree(backup.part, ignore_errors=True)
            raise
    return backup


def name_of(at: datetime) -> str:
    """Such names sort by time."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def instant_in_words(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H:%M:%S} (heure de Paris)"


def newest(folder: Path) -> Path | None:
    """The newest backup in `folder`; None where there is none."""
    return max((path.parent for path in folder.glob(f"[0-9]*Z/{manifest.NAME}")), default=None)


def refuse_servers() -> None:
    """Raises Impossible where a database is not a file of VAR_DIR."""
    if named := [
        name for name in (f"{service.upper()}_DATABASE_URL" for service in CONSUMERS_FIRST) if name in os.environ
    ]:
        raise Impossible(f"des données sont sur un serveur ({', '.join(named)}) : sauvegardez-les par ses moyens.")


def _warnings(backup: Backup) -> Iterator[str]:
    if backup.previous_damage:
        yield f"Rien n'a pu être repris de la sauvegarde précédente : {backup.previous_damage}"
    if backup.altered:
        yield (
            f"Absents ou altérés dans {backup.previous}, recopiés depuis le portail (vérifiez ce disque) :"
            f" {manifest.in_words(backup.altered)}"
        )
    if backup.skipped:
        yield f"Non copiés, car ni fichiers ni dossiers : {manifest.in_words(backup.skipped)}"


def _refuse_impossible(state: StateFolder, folder: Path) -> None:
    if state.restoring.exists():
        raise Impossible(f"la restauration dans {state.root} n'est pas achevée.")
    required = [*map(state.database, CONSUMERS_FIRST), state.root / REQUIRED_SECRETS]
    if absent := [path.name for path in required if not path.exists()]:
        raise Impossible(f"pas de {', '.join(absent)} dans {state.root} : aucun portail n'y a démarré (VAR_DIR ?).")
    if state.root in (folder, *folder.parents):
        raise Impossible(f"{folder} est dans {state.root} et serait perdu avec lui : donnez un autre dossier.")


def _refuse_symbolic_links(folder: Path) -> None:
    """A symbolic link in place of one of our folders would make us write or delete elsewhere. Raises Impossible."""
    for path in (folder / SECRETS, *folder.glob(UNFINISHED_BACKUPS)):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise Impossible(f"{path} n'est pas un dossier (un lien, un fichier ?) : voyez d'où il vient, retirez-le.")


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Two backups at a time would each delete the other's folder as an unfinished one. Raises Impossible."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Impossible(f"une autre sauvegarde est en cours dans {folder}.") from error
    finally:
        os.close(descriptor)


def _begin(folder: Path, name: str) -> Backup:
    for leftover in folder.glob(UNFINISHED_BACKUPS):
        shutil.rmtree(leftover)
    backup = Backup(folder / f".{name}.part", newest(folder))
    try:
        backup.previous_files = manifest.read(backup.previous).files if backup.previous else {}
    except Damaged as error:  # then everything is copied, as the first time
        backup.previous_damage = str(error)
    backup.part.mkdir(mode=0o700)
    return backup


def _copy_database(backup: Backup, state: StateFolder, service: str) -> str:
    """A consistent copy while others write; returns the revision of its schema."""
    path = manifest.database_path(service)
    target = backup.part / path
    target.parent.mkdir(exist_ok=True, mode=0o700)
    address = f"file:{quote(str(state.database(service)))}?mode=rw"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        (check,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if check != "ok":
            raise Impossible(f"{service}.db est abîmée : {check}")
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    durable_files.sync_to_disk(target)
    backup.files[path] = manifest.content_of(target)
    return str(revision)


def _refuse_unreadable(error: OSError) -> None:
    """A folder that cannot be listed must not be left out silently; one that was deleted meanwhile was empty."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _copy_files(backup: Backup, source: Path, folder: str) -> None:
    """All complete files in `source`. What is deleted meanwhile was erased after the databases were copied."""
    for parent, folders, names in os.walk(source, onerror=_refuse_unreadable):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*links, *names):
            if any(fnmatch(name, pattern) for pattern in UNFINISHED):
                continue
            file = Path(parent, name)
            path = f"{folder}/{file.relative_to(source).as_posix()}"
            try:
                if stat.S_ISREG(file.lstat().st_mode):
                    backup.files[path] = _link_or_copy(backup, file, path)
                else:
                    backup.skipped.append(path)
            except FileNotFoundError:
                continue


def _link_or_copy(backup: Backup, file: Path, path: str) -> Content:
    """The previous backup's file is read before it is linked to: damage changes neither its size nor its time."""
    target, known = backup.part / path, backup.previous_files.get(path)
    is_intact = bool(backup.previous and known and manifest.holds(backup.previous / path, known))
    if backup.previous and known and is_intact and durable_files.link(backup.previous / path, file, target):
        return known
    content = durable_files.copy(file, target)
    if known and not is_intact:
        backup.altered.append(path)
    backup.added += 1
    backup.added_bytes += content.size
    return content


def _copy_secrets(state: StateFolder, folder: Path) -> dict[str, Content]:
    folder.mkdir(parents=True, mode=0o700)
    files = [state.root / name for name in SECRET_FILES]
    copied = {file.name: durable_files.copy(file, folder / file.name) for file in files if file.exists()}
    durable_files.sync_tree_to_disk(folder.parent)
    return copied


if __name__ == "__main__":
    main()
