"""`make restore DIR=folder`: what a backup holds, into the empty folder VAR_DIR.

`DIR` is one backup, or the folder of several, of which the newest is taken. Until all is done a mark stands in VAR_DIR:
no portal starts there, and a restore that was interrupted begins anew.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from alembic.script import ScriptDirectory

from deploy.local import backup, copying, manifest
from deploy.local.backup import SECRETS, Impossible
from deploy.local.children import Plan, free_ports
from deploy.local.first_start import StepFailed, command
from deploy.local.manifest import Content, Damaged, Manifest
from deploy.local.place import AlreadyRunning, Place

ROOT = Path(__file__).parents[2]
PUBLISHING = ("accounts", "registrations")
EVENTS_DAYS = 30
"""As long as events are kept."""
WITHOUT_SECRETS = "--without-secrets"
WITHOUT_DAMAGED = "--without-damaged"
OF_A_PORTAL_THAT_HOLDS_NOTHING = ("lock", "logs")


def main() -> None:
    os.umask(0o077)
    words = [word for word in sys.argv[1:] if word not in (WITHOUT_SECRETS, WITHOUT_DAMAGED)]
    if len(words) != 1 or not words[0]:
        sys.exit("Que restaurer ? make restore DIR=/chemin/du/dossier")
    place, folder = Place(Path(os.environ.get("VAR_DIR", "var")).resolve()), Path(words[0]).resolve()
    os.chdir(ROOT)
    try:
        restored = restore(
            place,
            folder,
            with_secrets=WITHOUT_SECRETS not in sys.argv,
            without_damaged=WITHOUT_DAMAGED in sys.argv,
        )
    except AlreadyRunning:
        sys.exit(f"Restauration impossible : un portail utilise {place.root}. Arrêtez-le, ou donnez un autre VAR_DIR.")
    except (Impossible, Damaged, StepFailed, OSError) as error:
        sys.exit(f"Restauration impossible : {error}")
    print(restored)


def restore(place: Place, folder: Path, *, with_secrets: bool = True, without_damaged: bool = False) -> str:
    """What was restored, in French; `without_damaged`: but for objects and mails that are not what they were.

    Raises Damaged, Impossible or AlreadyRunning before anything is written;
    OSError or StepFailed later, and then the mark stays."""
    backup.refuse_servers()
    chosen = _chosen(folder)
    known = manifest.read(chosen)
    left_out = _left_out(chosen, known.files, without_damaged=without_damaged)
    known = known.without(left_out)
    _refuse_newer(known.revisions)
    secrets = _secrets(chosen, known.secrets) if with_secrets else None
    place.root.mkdir(parents=True, exist_ok=True, mode=0o700)
    with place.lock():
        _mark(place)
        _copy(place, chosen, known, secrets)
        events = sum(_publish_again(place, service) for service in PUBLISHING)
        copying.settle(place.root)
        place.restoring.unlink()
    return _words(place, chosen, known, events) + _left_out_words(left_out)


def _chosen(folder: Path) -> Path:
    if (folder / manifest.NAME).exists():
        return folder
    if found := backup.newest(folder):
        return found
    raise Impossible(f"aucune sauvegarde entière dans {folder}.")


def _left_out(chosen: Path, contents: Mapping[str, Content], *, without_damaged: bool) -> frozenset[str]:
    """What the backup no longer holds as it was. Raises Damaged unless the operator goes on without it, and where a
    database is of it: the rows of a rotten one are nobody's word."""
    damaged = manifest.damaged(chosen, contents)
    whole_databases = not any(manifest.database_path(service) in damaged for service in manifest.CONSUMERS_FIRST)
    if damaged and not (without_damaged and whole_databases):
        how = f" Pour restaurer le reste sans eux : ARGS={WITHOUT_DAMAGED}." if whole_databases else ""
        raise Damaged(f"{manifest.damage_in_words(chosen, damaged)}.{how}")
    return frozenset(damaged)


def _refuse_newer(revisions: Mapping[str, str]) -> None:
    """A schema that this version of the portal does not know cannot be served by it. Raises Impossible."""
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


def _mark(place: Place) -> None:
    """Raises Impossible where the folder holds something that no restore has put there."""
    if place.restoring.exists():
        _clear(place)
    elif held := sorted(path.name for path in place.root.iterdir() if _holds_something(path)):
        raise Impossible(
            f"{place.root} contient déjà des données ({', '.join(held[:5])}…). Déplacez ce dossier"
            f" (mv {place.root} {place.root}.ancien) ou donnez-en un autre (VAR_DIR), puis recommencez."
        )
    place.restoring.touch()
    copying.settle_names(place.root)


def _holds_something(path: Path) -> bool:
    if path.name in OF_A_PORTAL_THAT_HOLDS_NOTHING:
        return False
    return not path.is_dir() or any(file.is_file() for file in path.rglob("*"))


def _clear(place: Place) -> None:
    """What an interrupted restore left: nobody else has written here since, for no portal starts beside the mark."""
    for path in place.root.iterdir():
        if path.name in (*OF_A_PORTAL_THAT_HOLDS_NOTHING, place.restoring.name):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _copy(place: Place, chosen: Path, known: Manifest, secrets: Path | None) -> None:
    place.prepare()
    for path in known.files:
        copying.copy(chosen / path, place.root / path.removeprefix("databases/"))
    if secrets:
        for name in known.secrets:
            copying.copy(secrets / name, place.root / name)


def _publish_again(place: Place, service: str) -> int:
    """What was in the broker at the backup's instant has reached nobody in it; how many events leave again."""
    plan = Plan(place, place.secrets(), port=0, offset=0.0, ports=free_ports())
    command(plan, service, "migrate")
    return int(command(plan, service, "publish-again", "--days", str(EVENTS_DAYS)).split()[0])


def _words(place: Place, chosen: Path, known: Manifest, events: int) -> str:
    objects, mails = (sum(path.startswith(f"{folder}/") for path in known.files) for folder in ("objects", "mail"))
    return (
        f"Restauré dans {place.root} depuis {chosen}, tel qu'au {backup.in_words(known.instant)} :\n"
        f"{len(known.revisions)} bases, {objects} fichiers, {mails} mails.\n"
        f"Ce qui a été enregistré depuis n'y est pas. {events} événements seront publiés à nouveau.\n"
        "Démarrez le portail : make run"
    )


def _left_out_words(left_out: frozenset[str]) -> str:
    """Each of them, since nobody but this line will name them."""
    if not left_out:
        return ""
    lines = [f"  {manifest.printable(path)}" for path in sorted(left_out)]
    return "\n".join(["\nLaissés de côté, car absents ou altérés dans la sauvegarde :", *lines])


if __name__ == "__main__":
    main()
