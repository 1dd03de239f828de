"""`portail candidatures …` and `portail epreuves …`: found, read, exported, ended or restored with
a reason."""

from pathlib import Path
from typing import Any

import click

from portail import output
from portail.api import Api, pass_api, segment
from portail.downloads import save_export, to_file

CANDIDATURES = "/registrations/v1/staff/candidatures"
STATES = {"active": "active", "desinscrite": "withdrawn", "ecartee": "ecartee"}
PIECES = {"manquantes": "missing", "a-valider": "to_validate", "fournies": "complete"}
VALIDATIONS = {"a-valider": "to_validate", "validee": "validated"}
STATE_LABELS = {"active": "Active", "withdrawn": "Désinscrite", "ecartee": "Écartée"}
COLUMNS = (
    ("candidature_id", "Identifiant", lambda row: row["id"]),
    output.NUMERO_CANDIDAT,
    ("numero_inscription", "N° d'inscription", lambda row: row["numero_inscription"]),
    ("nom", "Nom", lambda row: row["name"]),
    ("naissance", None, lambda row: row["birth_date"]),
    ("examen", None, lambda row: row["exam"]),
    ("session", "Session", lambda row: f"{row['exam']} {row['session']}"),
    ("academie", None, lambda row: row["academie"]),
    ("specialite", "Spécialité", lambda row: row["specialite"]),
    ("etat", "État", lambda row: STATE_LABELS.get(row["state"], row["state"])),
    ("version", None, lambda row: row["version"]),
    ("enregistree_le", "Enregistrée le", lambda row: output.paris_time(row["last_saved_at"])),
)


_filters = output.with_options(
    click.option("--texte", "text", help="N° candidat, adresse mail, ou mots du nom."),
    click.option("--naissance", "birth_date", help="Date de naissance : AAAA-MM-JJ."),
    output.with_exam,
    click.option("--session", help="2022."),
    output.with_academie,
    click.option(
        "--specialite", help="Comme la confirmation l'écrit : « Comptabilité et gestion (32606) »."
    ),
    click.option("--etablissement", help="Comme la confirmation l'écrit."),
    click.option(
        "--categorie", help="Comme la confirmation l'écrit : « FORMATION CONTINUE (320) »."
    ),
    click.option("--forme", help="Globale."),
    click.option("--pieces", "pieces_state", type=click.Choice(list(PIECES))),
    click.option("--validation", type=click.Choice(list(VALIDATIONS)), help="En ligne."),
    click.option("--etat", "state", type=click.Choice(list(STATES))),
)


def _query(filters: dict[str, str | None]) -> dict[str, str]:
    codes = {"state": STATES, "pieces_state": PIECES, "validation": VALIDATIONS}
    return {name: codes.get(name, {}).get(value, value) for name, value in filters.items() if value}


@click.group("candidatures")
def candidatures() -> None:
    """Chercher, lire, exporter, désinscrire, écarter ou rétablir des candidatures."""


@candidatures.command("list")
@_filters
@output.with_limit
@click.option("--tout", is_flag=True, help="Jusqu'à la fin de la liste.")
@output.with_format
@pass_api
def list_candidatures(api: Api, form: str, limite: int, tout: bool, **filters: Any) -> None:
    """Lister les candidatures de mes académies."""
    pages = api.pages(CANDIDATURES, _query(filters), "candidatures", None if tout else limite)
    output.print_list(pages, COLUMNS, form)


@candidatures.command("show")
@click.argument("candidature")
@output.with_format
@pass_api
def show_candidature(api: Api, form: str, candidature: str) -> None:
    """Montrer une candidature (en JSON : ce qui est déclaré, et chaque version). La consultation
    est tracée."""
    output.print_one(api.read(f"{CANDIDATURES}/{segment(candidature)}"), COLUMNS, form)


@candidatures.command("export")
@_filters
@to_file
@pass_api
def export_candidatures(api: Api, target: Path, **filters: Any) -> None:
    """Exporter en CSV les candidatures de mes académies."""
    save_export(api, f"{CANDIDATURES}.csv", _query(filters), target)


def _add_change(name: str, path: str, motif: str, sentence: str) -> None:
    """A command that changes the state of a candidature; the API carries a repeated change out
    once."""

    @candidatures.command(name, help=sentence)
    @click.argument("candidature")
    @click.option("--motif", required=True, help=motif)
    @pass_api
    def change(api: Api, candidature: str, motif: str) -> None:
        api.call("POST", f"{CANDIDATURES}/{segment(candidature)}/{path}", json={"reason": motif})
        click.echo("C'est enregistré.")


_add_change(
    "withdraw",
    "withdrawal",
    "Motif, gardé avec la candidature.",
    "Désinscrire à la demande du candidat, qui en reçoit un mail.",
)
_add_change("ecarter", "ecart", "Motif : le candidat le lit.", "Écarter une candidature.")
_add_change(
    "retablir",
    "restoration",
    "Motif : le candidat le lit.",
    "Rétablir une candidature écartée ou désinscrite ; le candidat en reçoit un mail.",
)


@click.group("epreuves")
def epreuves() -> None:
    """Ce dont l'organisation d'un examen a besoin."""


@epreuves.command("export")
@_filters
@to_file
@pass_api
def export_epreuves(api: Api, target: Path, **filters: Any) -> None:
    """Exporter en CSV une ligne par candidat et épreuve."""
    save_export(api, "/registrations/v1/staff/epreuves.csv", _query(filters), target)
