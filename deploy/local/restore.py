"""`make restore DIR=folder`: copies a backup into the empty folder VAR_DIR.

`DIR` is one backup, or the folder of several, of which the newest is taken. Until all is done a
marker file is in VAR_DIR: no portal starts there, and a restore that was interrupted starts over.

What was erased since, as far as the newest backup beside it knows, is erased again.
"""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

from deploy.local import backup
from deploy.local.backup import DATABASES, FOLDERS, SUMS, Impossible
from deploy.local.children import Plan, free_ports
from deploy.local.startup_steps import StepFailed, run_command
from deploy.local.state_folder import AlreadyRunning, StateFolder, chosen_state
from services.chassis.tasks.retention import RETENTION

ROOT = Path(__file__).parents[2]
PUBLISHERS = ("accounts", "registrations")
ERASED = {"registrations": "audit", "accounts": "audit_entries"}
"""The audit trails that say what was erased, of candidatures before accounts."""
WITHOUT_SECRETS = "--without-secrets"
LEFT_ALONE = ("lock", "logs", "restoring")


def main() -> None:
    os.umask(0o077)
    words = [word for word in sys.argv[1:] if word != WITHOUT_SECRETS]
    if len(words) != 1 or not words[0]:
        sys.exit("Que restaurer ? make restore DIR=/chemin/du/dossier")
    state = chosen_state()
    folder = Path(words[0]).resolve()
    os.chdir(ROOT)
    try:
        print(restore(state, folder, with_secrets=WITHOUT_SECRETS not in sys.argv))
    except AlreadyRunning:
        sys.exit(
            f"Restauration impossible : un portail utilise {state.root}. Arrêtez-le, ou donnez un "
            "autre VAR_DIR."
        )
    except (Impossible, StepFailed, OSError) as error:
        sys.exit(f"Restauration impossible : {error}")


def restore(state: StateFolder, folder: Path, *, with_secrets: bool = True) -> str:
    """Restore and return what was restored, in French. Raises Impossible or AlreadyRunning before
    anything is written, OSError or StepFailed later: the marker file then stays."""
    backup.refuse_servers()
    chosen = folder if (folder / SUMS).exists() else backup.newest(folder)
    if not chosen:
        raise Impossible(f"aucune sauvegarde entière dans {folder}.")
    secrets = backup.secrets_of(chosen)
    if with_secrets and not secrets.exists():
        raise Impossible(
            f"les secrets ne sont pas dans {secrets}. Remettez-les y, ou faites-en de nouveaux "
            f"(ARGS={WITHOUT_SECRETS}) : les seconds facteurs des agents et les liens envoyés "
            "seront alors perdus."
        )
    for part in (chosen, secrets) if with_secrets else (chosen,):
        _refuse_damaged(part)
    state.root.mkdir(parents=True, exist_ok=True)
    with state.lock():
        _mark_as_restoring(state)
        backup.copy_files(chosen / DATABASES, state.root)
        for name in FOLDERS:
            backup.copy_files(chosen / name, state.root / name)
        if with_secrets:
            backup.copy_files(secrets, state.root)
        events = sum(_publish_events_again(state, service) for service in PUBLISHERS)
        for service, ids in _erased_by(backup.newest(chosen.parent) or chosen).items():
            run_command(_plan(state), service, "erase-again", "-", typed="\n".join(ids))
        os.sync()
        state.restoring.unlink()
    return (
        f"Restauré dans {state.root} depuis {chosen} : {backup.content_in_words(chosen)}.\n"
        "Ce qui a été enregistré depuis n'y est pas. "
        f"{events} événements seront publiés à nouveau.\n"
        "Démarrez le portail : make run"
    )


def _refuse_damaged(folder: Path) -> None:
    """Read every file. Raises Impossible, naming those that are missing, changed, or not of the
    backup."""
    noted = set((folder / SUMS).read_bytes().splitlines())
    there = set(backup.sums_of(folder).splitlines())
    differing = sorted({os.fsdecode(line[66:]) for line in noted ^ there})  # without their sums
    if differing:
        names = ", ".join(differing[:20])
        raise Impossible(
            f"{folder} : {len(differing)} fichier(s) absent(s), altéré(s) ou en trop : {names}"
        )


def _mark_as_restoring(state: StateFolder) -> None:
    """Write the marker file into an empty folder. Raises Impossible where it holds data; what
    stands beside the marker file of an interrupted restore is deleted, since no portal starts
    there."""
    there = [path for path in state.root.iterdir() if path.name not in LEFT_ALONE]
    if state.restoring.exists():
        for path in there:
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    elif occupied := [path.name for path in there if path.is_file() or backup.files_of(path, "")]:
        raise Impossible(
            f"{state.root} contient déjà des données ({', '.join(sorted(occupied)[:5])}…). "
            f"Déplacez ce dossier (mv {state.root} {state.root}.ancien) ou donnez-en un autre "
            "(VAR_DIR), puis recommencez."
        )
    state.restoring.touch()


def _erased_by(newest: Path) -> dict[str, list[str]]:
    """What was erased until the newest backup, and an earlier one brings back: ids by service."""
    erased = {}
    for service, table in ERASED.items():
        with closing(
            sqlite3.connect(f"file:{newest / DATABASES / service}.db?mode=ro", uri=True)
        ) as trail:
            rows = trail.execute(f"SELECT subject FROM {table} WHERE action = 'erased'")  # noqa: S608 - of ERASED
            erased[service] = [subject for (subject,) in rows]
    return erased


def _plan(state: StateFolder) -> Plan:
    return Plan(state, state.load_or_create_secrets(), port=0, offset=0.0, ports=free_ports())


def _publish_events_again(state: StateFolder, service: str) -> int:
    """Messages that were in the broker at the backup's instant are not in the backup; returns how
    many events are published again."""
    plan = _plan(state)
    # Of the database alone: the object store does not run.
    run_command(plan, service, "db", "upgrade", "-d", f"services/{service}/migrations")
    return int(
        run_command(plan, service, "publish-again", "--days", str(RETENTION.days)).split()[0]
    )


if __name__ == "__main__":
    main()
