"""`make backup DIR=folder`: a copy of all that the portal in VAR_DIR holds, taken while it runs or while it rests.

Each backup is a folder of its own, named after its instant (UTC). A file that the one before it holds already is the
same file under a second name, so a backup costs what is new. It is written under another name, and takes its own once
it is whole and on the disk.

Consumers' databases are copied before those that they hear from, so that no copy knows more than its source; objects
come last, since a file is stored before the row that names it is committed. The broker's file is not copied: between
two copies a message may have left one and not yet come into the other, in whatever order they are made. A restore lets
the services publish again what they published, and inboxes know what they have had.
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

from deploy.local import copying, manifest
from deploy.local.manifest import CONSUMERS_FIRST, REQUIRED_SECRETS, SECRET_FILES, Content, Damaged, Manifest
from deploy.local.place import Place
from services.chassis.clock import PARIS, system_now

SECRETS = "secrets"
LEFTOVERS = ".*Z.part"
"""Backups that were not finished."""
UNFINISHED = (".rclone_temp_put_*", ".*.part")
"""Names under which the store and the mailer write what is not whole yet."""
BUSY_SECONDS = 60.0


class Impossible(Exception):
    """There is nothing to copy from, or nowhere to copy to; the message, in French, says why."""


@dataclass
class Backup:
    """One that is being made: `part` is where it is written, `before` the newest one that is there already."""

    part: Path
    before: Path | None
    before_files: Mapping[str, Content] = field(default_factory=dict)
    files: dict[str, Content] = field(default_factory=dict)
    added: int = 0
    """Files that no earlier backup holds, databases aside."""
    added_bytes: int = 0
    before_damage: str = ""
    """Why nothing of the one before could serve, in French."""
    altered: list[str] = field(default_factory=list)
    """Files of the one before whose bytes are no longer what they were: copied from the portal again."""
    skipped: list[str] = field(default_factory=list)
    """Links, pipes and the like where the portal has files: neither followed nor copied."""

    def count(self, folder: str) -> int:
        return sum(path.startswith(f"{folder}/") for path in self.files)


def main() -> None:
    os.umask(0o077)
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Où sauvegarder ? make backup DIR=/chemin/du/dossier")
    place, folder = Place(Path(os.environ.get("VAR_DIR", "var")).resolve()), Path(sys.argv[1]).resolve()
    at = system_now()
    try:
        made = back_up(place, folder, at)
    except (Impossible, OSError, sqlite3.Error) as error:
        sys.exit(f"Sauvegarde impossible : {error}")
    print(
        f"Sauvegarde faite : {folder / name_of(at)}\n"
        f"{len(CONSUMERS_FIRST)} bases, {made.count('objects')} fichiers, {made.count('mail')} mails"
        f" ; {made.added} nouveaux ({made.added_bytes / 1e6:.1f} Mo).\n"
        f"Tout ce qui a été enregistré avant le {in_words(at)} y est.\n"
        f"Les secrets sont à part, dans {folder / SECRETS / name_of(at)} : gardez-les ailleurs que les données."
    )
    for line in _warnings(made):
        print(line)


def back_up(place: Place, folder: Path, at: datetime) -> Backup:
    """Make the backup of this instant in `folder`. Raises Impossible, OSError or sqlite3.Error; then there is none."""
    refuse_servers()
    _refuse(place, folder)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(folder):
        _refuse_planted(folder)
        target = folder / name_of(at)
        if target.exists():
            raise Impossible(f"{target} existe déjà.")
        made = _begun(folder, target.name)
        try:
            revisions = {service: _copy_database(made, place, service) for service in CONSUMERS_FIRST}
            _copy_files(made, place.objects, "objects")
            _copy_files(made, place.mail, "mail")
            secrets = _copy_secrets(place, folder / SECRETS / target.name)
            copying.write(made.part / manifest.NAME, Manifest(at, revisions, made.files, secrets).to_json())
            copying.settle(made.part)
            made.part.rename(target)
            copying.settle_names(folder)
        except BaseException:
            shutil.rmtree(made.part, ignore_errors=True)
            raise
    return made


def name_of(at: datetime) -> str:
    """Such names sort by time."""
    return f"{at:%Y%m%dT%H%M%SZ}"


def in_words(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d/%m/%Y à %H:%M:%S} (heure de Paris)"


def newest(folder: Path) -> Path | None:
    """The newest backup in `folder`; None where there is none."""
    return max((found.parent for found in folder.glob(f"[0-9]*Z/{manifest.NAME}")), default=None)


def refuse_servers() -> None:
    """Raises Impossible where a database is not a file of VAR_DIR."""
    if named := [name for name in (f"{one.upper()}_DATABASE_URL" for one in CONSUMERS_FIRST) if name in os.environ]:
        raise Impossible(f"des données sont sur un serveur ({', '.join(named)}) : sauvegardez-les par ses moyens.")


def _warnings(made: Backup) -> Iterator[str]:
    if made.before_damage:
        yield f"Rien n'a pu être repris de la sauvegarde précédente : {made.before_damage}"
    if made.altered:
        yield (
            f"Absents ou altérés dans {made.before}, recopiés depuis le portail (vérifiez ce disque) :"
            f" {manifest.in_words(made.altered)}"
        )
    if made.skipped:
        yield f"Non copiés, car ni fichiers ni dossiers : {manifest.in_words(made.skipped)}"


def _refuse(place: Place, folder: Path) -> None:
    if place.restoring.exists():
        raise Impossible(f"la restauration dans {place.root} n'est pas achevée.")
    required = [*map(place.database, CONSUMERS_FIRST), place.root / REQUIRED_SECRETS]
    if absent := [path.name for path in required if not path.exists()]:
        raise Impossible(f"pas de {', '.join(absent)} dans {place.root} : aucun portail n'y a démarré (VAR_DIR ?).")
    if place.root in (folder, *folder.parents):
        raise Impossible(f"{folder} est dans {place.root} et serait perdu avec lui : donnez un autre dossier.")


def _refuse_planted(folder: Path) -> None:
    """A link in the place of a folder of ours would have us write or delete elsewhere. Raises Impossible."""
    for path in (folder / SECRETS, *folder.glob(LEFTOVERS)):
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise Impossible(f"{path} n'est pas un dossier (un lien, un fichier ?) : voyez d'où il vient, retirez-le.")


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two backups at a time would take each other's unfinished one for a leftover. Raises Impossible."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Impossible(f"une autre sauvegarde est en cours dans {folder}.") from error
    finally:
        os.close(descriptor)


def _begun(folder: Path, name: str) -> Backup:
    for leftover in folder.glob(LEFTOVERS):
        shutil.rmtree(leftover)
    made = Backup(folder / f".{name}.part", newest(folder))
    try:
        made.before_files = manifest.read(made.before).files if made.before else {}
    except Damaged as error:  # then all is copied, as for the first time
        made.before_damage = str(error)
    made.part.mkdir(mode=0o700)
    return made


def _copy_database(made: Backup, place: Place, service: str) -> str:
    """One transaction's view of the whole, while others write; the revision of its schema."""
    path = manifest.database_path(service)
    target = made.part / path
    target.parent.mkdir(exist_ok=True, mode=0o700)
    address = f"file:{quote(str(place.database(service)))}?mode=rw"
    with (
        closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        (state,) = copy.execute("PRAGMA quick_check(1)").fetchone()
        if state != "ok":
            raise Impossible(f"{service}.db est abîmée : {state}")
        (revision,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
    copying.settle_names(target)
    made.files[path] = manifest.content_of(target)
    return str(revision)


def _refuse_unreadable(error: OSError) -> None:
    """A folder that cannot be listed would be missing without a word; one that went away was emptied before."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _copy_files(made: Backup, source: Path, folder: str) -> None:
    """All that is whole in `source`. What goes away meanwhile was erased after the databases were copied."""
    for parent, folders, names in os.walk(source, onerror=_refuse_unreadable):
        links = [name for name in folders if Path(parent, name).is_symlink()]
        for name in (*links, *names):
            if any(fnmatch(name, pattern) for pattern in UNFINISHED):
                continue
            file = Path(parent, name)
            path = f"{folder}/{file.relative_to(source).as_posix()}"
            try:
                if stat.S_ISREG(file.lstat().st_mode):
                    made.files[path] = _copied(made, file, path)
                else:
                    made.skipped.append(path)
            except FileNotFoundError:
                continue


def _copied(made: Backup, file: Path, path: str) -> Content:
    """A file of the one before is read before it is linked: its size and time stay as they were when its bytes rot."""
    target, known = made.part / path, made.before_files.get(path)
    whole = bool(made.before and known and manifest.holds(made.before / path, known))
    if made.before and known and whole and copying.link(made.before / path, file, target):
        return known
    content = copying.copy(file, target)
    if known and not whole:
        made.altered.append(path)
    made.added += 1
    made.added_bytes += content.size
    return content


def _copy_secrets(place: Place, folder: Path) -> dict[str, Content]:
    folder.mkdir(parents=True, mode=0o700)
    files = [place.root / name for name in SECRET_FILES]
    copied = {file.name: copying.copy(file, folder / file.name) for file in files if file.exists()}
    copying.settle(folder.parent)
    return copied


if __name__ == "__main__":
    main()
