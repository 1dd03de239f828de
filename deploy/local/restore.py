"""`make restore DIR=folder`: copies a backup into the empty folder VAR_DIR.

`DIR` is one backup, or the folder of several, of which the newest is taken. Until all is done a marker file is in
VAR_DIR: no portal starts there, and a restore that was interrupted starts over.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from alembic.script import ScriptDirectory

from deploy.local import backup, durable_files, manifest
from deploy.local.backup import SECRETS, Impossible
from deploy.local.children import Plan, free_ports
from deploy.local.manifest import Content, Damaged, Manifest
from deploy.local.startup_steps import StepFailed, run_command
from deploy.local.state_folder import AlreadyRunning, StateFolder, chosen_state
from services.chassis.events.retention import EVENT_RETENTION

ROOT = Path(__file__).parents[2]
PUBLISHERS = ("accounts", "registrations")
WITHOUT_SECRETS = "--without-secrets"
WITHOUT_DAMAGED = "--without-damaged"
NAMES_IN_AN_EMPTY_PORTAL = ("lock", "logs")


def main() -> None:
    os.umask(0o077)
    words = [word for word in sys.argv[1:] if word not in (WITHOUT_SECRETS, WITHOUT_DAMAGED)]
    if len(words) != 1 or not words[0]:
        sys.exit("Que restaurer ? make restore DIR=/chemin/du/dossier")
    state, folder = chosen_state(), Path(words[0]).resolve()
    os.chdir(ROOT)
    try:
        restored = restore(
            state,
            folder,
            with_secrets=WITHOUT_SECRETS not in sys.argv,
            without_damaged=WITHOUT_DAMAGED in sys.argv,
        )
    except AlreadyRunning:
        sys.exit(f"Restauration impossible : un portail utilise {state.root}. Arrêtez-le, ou donnez un autre VAR_DIR.")
    except (Impossible, Damaged, StepFailed, OSError) as error:
        sys.exit(f"Restauration impossible : {error}")
    print(restored)


def restore(state: StateFolder, folder: Path, *, with_secrets: bool = True, without_damaged: bool = False) -> str:
    """Restore and return what was restored, in French; `without_damaged` leaves damaged objects and mails out.

    Raises Damaged, Impossible or AlreadyRunning before anything is written, OSError or StepFailed later: the marker
    file then stays.
    """
    backup.refuse_servers()
    chosen = _backup_in(folder)
    content = manifest.read(chosen)
    left_out = _left_out(chosen, content.files, without_damaged=without_damaged)
    content = content.without(left_out)
    _refuse_newer(content.revisions)
    secrets = _secrets(chosen, content.secrets) if with_secrets else None
    state.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with state.lock():
        _mark_as_restoring(state)
        _copy(state, chosen, content, secrets)
        events = sum(_publish_events_again(state, service) for service in PUBLISHERS)
        durable_files.sync_tree_to_disk(state.root)
        state.restoring.unlink()
    return _summary(state, chosen, content, events) + _left_out_in_words(left_out)


def _backup_in(folder: Path) -> Path:
    if (folder / manifest.NAME).exists():
        return folder
    if newest := backup.newest(folder):
        return newest
    raise Impossible(f"aucune sauvegarde entière dans {folder}.")


def _left_out(chosen: Path, contents: Mapping[str, Content], *, without_damaged: bool) -> frozenset[str]:
    """Files of the backup that are damaged. Raises Damaged unless the operator restores without them, and in any case
    where a database is among them: the rows of a damaged one cannot be trusted."""
    damaged = manifest.damaged(chosen, contents)
    whole_databases = not any(manifest.database_path(service) in damaged for service in manifest.CONSUMERS_FIRST)
    if damaged and not (without_damaged and whole_databases):
        how = f" Pour restaurer le reste sans eux : ARGS={WITHOUT_DAMAGED}." if whole_databases else ""
        raise Damaged(f"{manifest.damage_in_words(chosen, damaged)}.{how}")
    return frozenset(damaged)


def _refuse_newer(revisions: Mapping[str, str]) -> None:
    """Raises Impossible where a database has a schema newer than this version of the portal knows."""
    for service, revision in revisions.items():
        scripts = ScriptDirectory(str(ROOT / "services" / service / "migrations"))
        if revision not in {script.revision for script in scripts.walk_revisions()}:
            raise Impossible(f"{service} y est en révision {revision}, que cette version du portail ne connaît pas.")


def _secrets(chosen: Path, contents: Mapping[str, Content]) -> Path:
    folder = chosen.parent / SECRETS / chosen.name
    if not folder.exists():
        raise Impossible(
            f"les secrets ne sont pas dans {folder}. Remettez-les y, ou faites-en de nouveaux"
            f" (ARGS={WITHOUT_SECRETS}) : les seconds facteurs des agents et les liens envoyés seront alors perdus."
        )
    manifest.refuse_link(folder.parent)
    manifest.refuse_links(folder)
    manifest.verify(folder, contents)
    return folder


def _mark_as_restoring(state: StateFolder) -> None:
    """Write the marker file. Raises Impossible where the folder holds something that no restore wrote."""
    if state.restoring.exists():
        _clear(state)
    elif occupied := sorted(path.name for path in state.root.iterdir() if _holds_something(path)):
        raise Impossible(
            f"{state.root} contient déjà des données ({', '.join(occupied[:5])}…). Déplacez ce dossier"
            f" (mv {state.root} {state.root}.ancien) ou donnez-en un autre (VAR_DIR), puis recommencez."
        )
    state.restoring.touch()
    durable_files.sync_to_disk(state.root)


def _holds_something(path: Path) -> bool:
    if path.name in NAMES_IN_AN_EMPTY_PORTAL:
        return False
    return not path.is_dir() or any(file.is_file() for file in path.rglob("*"))


def _clear(state: StateFolder) -> None:
    """Delete what an interrupted restore left: no portal starts beside the marker file, so nothing else is there."""
    for path in state.root.iterdir():
        if path.name in (*NAMES_IN_AN_EMPTY_PORTAL, state.restoring.name):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _copy(state: StateFolder, chosen: Path, content: Manifest, secrets: Path | None) -> None:
    state.prepare()
    for path in content.files:
        durable_files.copy(chosen / path, state.root / path.removeprefix("databases/"))
    if secrets:
        for name in content.secrets:
            durable_files.copy(secrets / name, state.root / name)


def _publish_events_again(state: StateFolder, service: str) -> int:
    """Messages that were in the broker at the backup's instant are not in the backup; returns how many events are
    published again."""
    plan = Plan(state, state.load_or_create_secrets(), port=0, offset=0.0, ports=free_ports())
    run_command(plan, service, "migrate")
    return int(run_command(plan, service, "publish-again", "--days", str(EVENT_RETENTION.days)).split()[0])


def _summary(state: StateFolder, chosen: Path, content: Manifest, events: int) -> str:
    objects, mails = (sum(path.startswith(f"{folder}/") for path in content.files) for folder in ("objects", "mail"))
    return (
        f"Restauré dans {state.root} depuis {chosen}, tel qu'au {backup.instant_in_words(content.instant)} :\n"
        f"{len(content.revisions)} bases, {objects} fichiers, {mails} mails.\n"
        f"Ce qui a été enregistré depuis n'y est pas. {events} événements seront publiés à nouveau.\n"
        "Démarrez le portail : make run"
    )


def _left_out_in_words(left_out: frozenset[str]) -> str:
    """All of them, since they are named nowhere else."""
    if not left_out:
        return ""
    lines = [f"  {manifest.printable(path)}" for path in sorted(left_out)]
    return "\n".join(["\nLaissés de côté, car absents ou altérés dans la sauvegarde :", *lines])


if __name__ == "__main__":
    main()
