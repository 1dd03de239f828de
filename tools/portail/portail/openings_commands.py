"""`portail openings …`: windows of registration, listed by anyone, moved by administrateurs with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from portail.api import Api, segment
from portail.context import pass_api
from portail.failures import Failure
from portail.instants import instant_of
from portail.output import Columns, paris_time, print_list, print_one, with_format

STAFF_OPENINGS = "/registrations/v1/staff/openings"
STATE_LABELS = {"open": "Ouverte", "not_yet": "Pas encore ouverte", "closed": "Fermée"}
COLUMNS = Columns(
    ("ouverture_id", "Identifiant", lambda row: row["opening_id"]),
    ("examen", "Examen", lambda row: row["exam"]),
    ("session", "Session", lambda row: row["session"]),
    ("academie", "Académie", lambda row: row["academie"]),
    ("etat", "État", lambda row: STATE_LABELS.get(row["state"], row["state"])),
    ("ouvre_le", "Ouvre le", lambda row: paris_time(row["opens"])),
    ("ferme_le", "Ferme le", lambda row: paris_time(row["closes"])),
)
DETAIL_COLUMNS = Columns(
    ("ouverture_id", "Identifiant", lambda row: row["id"]),
    ("session", "Session", lambda row: row["session_label"]),
    ("academie", "Académie", lambda row: row["academie_label"]),
    ("etat", "État", lambda row: STATE_LABELS.get(row["state"], row["state"])),
    ("ouvre_le", "Ouvre le", lambda row: paris_time(row["opens"])),
    ("ferme_le", "Ferme le", lambda row: paris_time(row["closes"])),
    ("depot_du", "Dépôt des pièces du", lambda row: paris_time(row["deposit_opens"])),
    ("depot_au", "au", lambda row: paris_time(row["deposit_closes"])),
    ("brouillons", "Brouillons", lambda row: row["drafts"]),
    ("candidatures", "Candidatures", lambda row: row["candidatures"]),
)
_CHANGED = 412


@click.group("openings")
def openings() -> None:
    """Les services d'inscription et leurs dates."""


@openings.command("list")
@click.option("--examen", "exam", help="Code de l'examen : BTS.")
@click.option("--session", help="2022.")
@click.option("--academie", help="Code sur deux chiffres : 03.")
@with_format
@pass_api
def list_openings(api: Api, form: str, **wanted: Any) -> None:
    """Lister les services d'inscription, avec leurs dates."""
    print_list(_openings(api, {}, {name: value for name, value in wanted.items() if value}), COLUMNS, form)


@openings.command("show")
@click.argument("opening", metavar="OUVERTURE")
@with_format
@pass_api
def show_opening(api: Api, form: str, opening: str) -> None:
    """Montrer un service d'inscription, et combien de candidats il concerne."""
    print_one(api.read(f"{STAFF_OPENINGS}/{segment(opening)}"), DETAIL_COLUMNS, form)


@openings.command("move")
@click.argument("opening", metavar="OUVERTURE")
@click.option("--ouvre-le", "opens", help="AAAA-MM-JJ HH:MM, heure de Paris.")
@click.option("--ferme-le", "closes", help="Fin de l'inscription, exclue.")
@click.option("--depot-du", "deposit_opens", help="Début du dépôt des pièces.")
@click.option("--depot-au", "deposit_closes", help="Fin du dépôt des pièces, exclue.")
@click.option("--motif", required=True, help="Motif du changement, gardé avec lui.")
@with_format
@pass_api
def move_opening(api: Api, form: str, opening: str, motif: str, **typed: str | None) -> None:
    """Changer des dates ; celles qui ne sont pas données restent. Elles l'emportent sur le catalogue."""
    dates = {name: instant_of(value) for name, value in typed.items() if value}
    if not dates:
        raise click.UsageError("Donnez au moins une date.")
    print_one(_moved(api, f"{STAFF_OPENINGS}/{segment(opening)}", dates, motif.strip()), DETAIL_COLUMNS, form)


def _moved(api: Api, path: str, dates: dict[str, str], reason: str) -> dict[str, Any]:
    """The opening with its new dates. A change whose answer was lost is recognised by what the opening then is.

    Raises Failure.
    """
    before = api.read(path)
    if _is_moved(before, dates, reason):
        return dict(before)
    try:
        api.call("POST", f"{path}/dates", json={**dates, "revision": before["revision"], "reason": reason})
    except Failure as failure:
        if failure.status != _CHANGED or not _is_moved(api.read(path), dates, reason):
            raise
    return dict(api.read(path))


def _is_moved(opening: Mapping[str, Any], dates: dict[str, str], reason: str) -> bool:
    """Whether the last change of an opening (with its changes) is this one."""
    changes = opening["changes"]
    are_set = all(datetime.fromisoformat(opening[name]) == datetime.fromisoformat(at) for name, at in dates.items())
    return bool(changes) and changes[0]["reason"] == reason and are_set


def _openings(api: Api, chosen: dict[str, str], wanted: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Every way through « Ouverture des services », one question after the other."""
    selection = api.read("/registrations/v1/openings/choices", chosen)
    if selection["information"]:
        labels = {step["name"]: step["value_label"] for step in selection["steps"]}
        yield {**labels, **selection["information"]}
    elif step := selection["next"]:
        for choice in step["choices"]:
            if choice["value"] == wanted.get(step["name"], choice["value"]):
                yield from _openings(api, {**chosen, step["name"]: choice["value"]}, wanted)
