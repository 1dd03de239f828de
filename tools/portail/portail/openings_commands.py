"""`portail openings` and `portail messages`: windows of registration, and what the home page says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from portail.api import Api
from portail.context import pass_api
from portail.output import Columns, paris_time, print_list, with_format

STATE_LABELS = {"open": "Ouverte", "not_yet": "Pas encore ouverte", "closed": "Fermée"}
COLUMNS = Columns(
    ("ouverture_id", None, lambda row: row["opening_id"]),
    ("examen", "Examen", lambda row: row["exam"]),
    ("session", "Session", lambda row: row["session"]),
    ("academie", "Académie", lambda row: row["academie"]),
    ("etat", "État", lambda row: STATE_LABELS.get(row["state"], row["state"])),
    ("ouvre_le", "Ouvre le", lambda row: paris_time(row["opens"])),
    ("ferme_le", "Ferme le", lambda row: paris_time(row["closes"])),
)
MESSAGE_COLUMNS = Columns(
    ("message_id", None, lambda row: row["id"]),
    ("gravite", "Gravité", lambda row: row["severity"]),
    ("titre", "Titre", lambda row: row["title"]),
    ("texte", "Texte", lambda row: row["text"]),
)


@click.command("openings")
@click.option("--examen", "exam", help="Code de l'examen : BTS.")
@click.option("--session", help="2022.")
@click.option("--academie", help="Code sur deux chiffres : 03.")
@with_format
@pass_api
def openings(api: Api, form: str, **wanted: Any) -> None:
    """Lister les services d'inscription, avec leurs dates."""
    print_list(_openings(api, {}, {name: value for name, value in wanted.items() if value}), COLUMNS, form)


@click.command("messages")
@with_format
@pass_api
def messages(api: Api, form: str) -> None:
    """Lister les messages que la page d'accueil affiche en ce moment."""
    print_list(api.read("/registrations/v1/messages"), MESSAGE_COLUMNS, form)


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
