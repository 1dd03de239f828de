"""`portail messages …`: what the home page says, published and taken off by administrateurs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from portail.api import Api, segment
from portail.context import pass_api
from portail.instants import instant_of
from portail.output import Columns, paris_time, print_list, with_format

SHOWN = "/registrations/v1/messages"
STAFF_MESSAGES = "/registrations/v1/staff/messages"
SEVERITIES = {"information": "info", "attention": "warning", "alerte": "error"}
"""The user's word → the API's code."""
_WORDS = {code: word for word, code in SEVERITIES.items()}
COLUMNS = Columns(
    ("message_id", "Identifiant", lambda row: row["id"]),
    ("gravite", "Gravité", lambda row: _WORDS.get(row["severity"], row["severity"])),
    ("titre", "Titre", lambda row: row["title"]),
    ("texte", "Texte", lambda row: row["text"]),
    ("du", "Du", lambda row: paris_time(row.get("shown_from"))),
    ("au", "Au", lambda row: paris_time(row.get("shown_until"))),
)


@click.group("messages")
def messages() -> None:
    """Les messages de la page d'accueil."""


@messages.command("list")
@click.option("--tous", "all_of_them", is_flag=True, help="Aussi les passés et les futurs (administrateurs).")
@with_format
@pass_api
def list_messages(api: Api, form: str, all_of_them: bool) -> None:
    """Lister les messages que la page d'accueil affiche en ce moment."""
    rows = api.read(STAFF_MESSAGES)["messages"] if all_of_them else api.read(SHOWN)
    print_list(rows, COLUMNS, form)


@messages.command("publish")
@click.option("--titre", "title", required=True)
@click.option("--texte", "text", required=True)
@click.option("--gravite", "severity", type=click.Choice(list(SEVERITIES)), default="information", show_default=True)
@click.option("--du", "shown_from", required=True, help="AAAA-MM-JJ HH:MM, heure de Paris.")
@click.option("--au", "shown_until", required=True, help="Fin de l'affichage, exclue.")
@pass_api
def publish(api: Api, severity: str, shown_from: str, shown_until: str, **words: str) -> None:
    """Publier un message, et écrire son identifiant. La même commande ne le publie pas deux fois."""
    dates = {"shown_from": instant_of(shown_from), "shown_until": instant_of(shown_until)}
    new = {**{name: value.strip() for name, value in words.items()}, **dates, "severity": SEVERITIES[severity]}
    same = next((row for row in api.read(STAFF_MESSAGES)["messages"] if _is_same(row, new)), None)
    published = same or api.call("POST", STAFF_MESSAGES, json=new, repeatable=False).json()
    click.echo(published["id"])


@messages.command("withdraw")
@click.argument("message", metavar="MESSAGE")
@pass_api
def withdraw(api: Api, message: str) -> None:
    """Retirer un message de la page d'accueil, tout de suite."""
    api.call("DELETE", f"{STAFF_MESSAGES}/{segment(message)}", repeatable=False)
    click.echo("C'est enregistré.")


def _is_same(row: dict[str, Any], new: dict[str, str]) -> bool:
    """Whether a message of the API is the one to publish."""
    at = datetime.fromisoformat
    dates = all(at(row[name]) == at(new[name]) for name in ("shown_from", "shown_until"))
    return dates and all(row[name] == new[name] for name in ("title", "text", "severity"))
