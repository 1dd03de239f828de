"""`portail changes follow`: what changes, from a place on, for as long as one listens."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import click

from portail.api import Api, pass_api
from portail.connection import write_private
from portail.failures import ExitCode, Failure
from portail.output import numero_of, paris_time, plain

CHANGES = "/pieces/v1/changes"
PAGE = 200  # changes
INTERVAL_SECONDS = 10  # between two looks at what is new
LABELS = {
    "deposited": "Fichier déposé",
    "removed": "Fichier retiré",
    "validated": "Validée par le candidat",
    "controlled": "Contrôlée",
    "withdrawn": "Candidature désinscrite ou écartée",
}


@click.group("changes")
def changes() -> None:
    """Suivre ce qui change, sans relire les listes."""


@changes.command("follow")
@click.option(
    "--etat",
    "state",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Fichier où garder la position.",
)
@click.option(
    "--apres",
    help="Curseur d'où partir (sans --etat) ; par défaut du plus ancien changement gardé.",
)
@click.option("--une-fois", "once", is_flag=True, help="S'arrêter à la fin de ce qui est connu.")
@click.option(
    "--toutes-les",
    "every",
    type=click.FloatRange(1),
    default=INTERVAL_SECONDS,
    show_default=True,
    help="Secondes.",
)
@pass_api
def follow(api: Api, state: Path | None, apres: str | None, once: bool, every: float) -> None:
    """Écrire chaque changement sur une ligne : du JSON, ou sur un terminal quelques mots.

    Avec --etat, la position est gardée après chaque page écrite : après une coupure, rien ne
    manque, et la dernière page peut revenir. Un changement se reconnaît à son « cursor ».
    """
    if state is not None and apres:
        raise click.UsageError("Choisissez --etat ou --apres.")
    cursor = _read_saved_position(state) if state else apres
    while True:
        page = api.read(CHANGES, {"limit": PAGE, **({"after": cursor} if cursor else {})})
        for item in page["items"]:
            click.echo(_line(item))
        sys.stdout.flush()
        if state is not None and page["next_cursor"] != cursor:
            write_private(state, f"{page['next_cursor']}\n")
        cursor = page["next_cursor"]
        if not page["has_more"]:
            if once:
                return
            time.sleep(every)


def _read_saved_position(state: Path) -> str | None:
    try:
        return state.read_text(encoding="ascii").strip() or None
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise Failure(f"{state} n'est pas un fichier de position.", ExitCode.USAGE) from error


def _line(item: dict[str, Any]) -> str:
    if not sys.stdout.isatty():
        return json.dumps(item, ensure_ascii=False)
    words = (
        paris_time(item["at"]),
        LABELS.get(item["kind"], item["kind"]),
        numero_of(item),
        item["code"] or "",
    )
    return plain("  ".join([*words, item["piece_id"] or item["candidature_id"]])).plain
