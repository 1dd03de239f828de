"""`make backup DIR=folder`: a copy of all state of the portal in VAR_DIR, taken while it runs or is
stopped.

Each backup is a folder of its own, named after its instant (UTC), with the digests of its files in
a list that `sha256sum -c` reads. It is written under a temporary name and renamed once it is
complete and on the disk. A file that the previous backup holds byte for byte is a hard link to it.

Consumers' databases are copied before the producers', so that no copy knows more than its source;
objects come last, since a file is stored before the row that names it is committed. The broker's
file is not copied: a message in transit during the copies could be missing from both. After a
restore the services publish their events again, and inboxes ignore those that they have already
handled.
"""

import fcntl
import filecmp
import hashlib
import os
import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from datetime import datetime
from fnmatch import fnmatch
from pathlib import Path

from deploy.local.state_folder import StateFolder, chosen_state
from services.clock import PARIS, system_now

CONSUMERS_FIRST = ("pieces", "documents", "registrations", "accounts")
"""The services whose databases a backup holds, in the order in which they are copied."""
DATABASES = "databases"
FOLDERS = ("objects", "mail")
SUMS = "SHA256SUMS"
NOT_COPIED = (".rclone_temp_put_*", ".*.part", SUMS)
"""Names under which the object store and the mailer write incomplete files, and the list of
digests."""


class Impossible(Exception):
    """The backup or restore cannot be made; the message, in French, says why."""


def main() -> None:
    os.umask(0o077)
    if len(sys.argv) != 2 or not sys.argv[1]:
        sys.exit("Où sauvegarder ? make backup DIR=/chemin/du/dossier")
    at = system_now()
    try:
        made = back_up(chosen_state(), Path(sys.argv[1]).resolve(), at)
    except (Impossible, OSError, sqlite3.Error) as error:
        sys.exit(f"Sauvegarde impossible : {error}")
    new = [file.st_size for file in map(Path.stat, files_of(made, *FOLDERS)) if file.st_nlink == 1]
    print(
        f"Sauvegarde faite : {made}\n"
        f"{content_in_words(made)} ; {len(new)} nouveaux ({sum(new) / 1e6:.1f} Mo).\n"
        "Tout ce qui a été enregistré avant le "
        f"{at.astimezone(PARIS):%d/%m/%Y à %H:%M:%S} (heure de Paris) y est.\n"
        f"Les secrets sont à part, dans {secrets_of(made)} : gardez-les ailleurs que les données."
    )


def back_up(state: StateFolder, folder: Path, at: datetime) -> Path:
    """Make the backup of this instant in `folder`. Raises Impossible, OSError or sqlite3.Error;
    then there is none."""
    refuse_servers()
    _refuse_impossible(state, folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:  # two at a time would each delete the other's folder as a leftover
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Impossible(f"une autre sauvegarde est en cours dans {folder}.") from error
        for leftover in folder.glob(".*Z.part"):
            shutil.rmtree(leftover)
        target = folder / f"{at:%Y%m%dT%H%M%SZ}"
        part = folder / f".{target.name}.part"
        secrets = secrets_of(target)
        try:
            (part / DATABASES).mkdir(parents=True)
            for service in CONSUMERS_FIRST:
                _copy_database(state.database(service), part / DATABASES / f"{service}.db")
            earlier = newest(folder)
            for name in FOLDERS:
                copy_files(state.root / name, part / name, earlier and earlier / name)
            (part / SUMS).write_bytes(sums_of(part))
            secrets.mkdir(parents=True)
            for file in (state.secrets_file, state.demo):
                with suppress(FileNotFoundError):
                    shutil.copyfile(file, secrets / file.name)
            (secrets / SUMS).write_bytes(sums_of(secrets))
            os.sync()
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return target


def newest(folder: Path) -> Path | None:
    """The newest backup in `folder`: their names sort by time. None where there is none."""
    return max((path.parent for path in folder.glob(f"[0-9]*Z/{SUMS}")), default=None)


def secrets_of(backup: Path) -> Path:
    """Where the secrets of its instant are, or were before somebody took them elsewhere."""
    return backup.parent / "secrets" / backup.name


def files_of(backup: Path, *folders: str) -> list[Path]:
    return [path for folder in folders for path in (backup / folder).rglob("*") if path.is_file()]


def sums_of(folder: Path) -> bytes:
    """The list of digests, as `sha256sum` writes it, of all files in `folder` but that list."""
    lines = []
    for path in sorted({*files_of(folder, "")} - {folder / SUMS}):
        with path.open("rb") as file:
            lines.append(
                f"{hashlib.file_digest(file, 'sha256').hexdigest()}  {path.relative_to(folder)}\n"
            )
    return os.fsencode("".join(lines))


def content_in_words(backup: Path) -> str:
    databases, objects, mails = (len(files_of(backup, name)) for name in (DATABASES, *FOLDERS))
    return f"{databases} bases, {objects} fichiers, {mails} mails"


def copy_files(source: Path, target: Path, earlier: Path | None = None) -> None:
    """Copy `source`, but link to what `earlier` holds byte for byte. What is deleted meanwhile was
    erased after the databases were copied."""
    for parent, _, names in os.walk(source, onerror=_refuse_unreadable, followlinks=True):
        place = Path(parent).relative_to(source)
        (target / place).mkdir(parents=True, exist_ok=True)
        for name in names:
            if not any(fnmatch(name, pattern) for pattern in NOT_COPIED):
                with suppress(FileNotFoundError):
                    _link_or_copy(
                        Path(parent, name),
                        target / place / name,
                        earlier and earlier / place / name,
                    )


def refuse_servers() -> None:
    """Raises Impossible where a database is not a file of VAR_DIR."""
    settings = [f"{service.upper()}_DATABASE_URL" for service in CONSUMERS_FIRST]
    named = [name for name in settings if name in os.environ]
    if named:
        raise Impossible(
            f"des données sont sur un serveur ({', '.join(named)}) : sauvegardez-les par ses "
            "moyens."
        )


def _refuse_impossible(state: StateFolder, folder: Path) -> None:
    if state.restoring.exists():
        raise Impossible(f"la restauration dans {state.root} n'est pas achevée.")
    required = [*map(state.database, CONSUMERS_FIRST), state.secrets_file]
    if absent := [path.name for path in required if not path.exists()]:
        raise Impossible(
            f"pas de {', '.join(absent)} dans {state.root} : aucun portail n'y a démarré "
            "(VAR_DIR ?)."
        )
    if state.root in (folder, *folder.parents):
        raise Impossible(
            f"{folder} est dans {state.root} et serait perdu avec lui : donnez un autre dossier."
        )


def _copy_database(source: Path, target: Path) -> None:
    """A consistent copy while others write."""
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        (check,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if check != "ok":
        raise Impossible(f"{source} est abîmée : {check}")


def _refuse_unreadable(error: OSError) -> None:
    """A folder that cannot be listed must not be left out silently; one that was deleted meanwhile
    was empty."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _link_or_copy(source: Path, target: Path, earlier: Path | None) -> None:
    with suppress(OSError):  # not in the earlier backup, or on a file system without hard links
        if earlier and filecmp.cmp(source, earlier, shallow=False):
            target.hardlink_to(earlier)
            return
    shutil.copyfile(source, target)


if __name__ == "__main__":
    main()
