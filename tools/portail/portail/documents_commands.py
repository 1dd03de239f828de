"""`portail documents …`: documents published for many candidates from a CSV, checked as a whole first."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
import requests

from portail import output, publications
from portail.api import Api, pass_api, segment
from portail.downloads import save_export, to_file
from portail.failures import ExitCode, Failure
from portail.publications import Choices, Import

POLL_SECONDS = 1.0
COLUMNS = (
    ("publication_id", "Identifiant", lambda row: row["id"]),
    ("type", "Type", lambda row: row["type_label"]),
    ("session", "Session", lambda row: row["session"]),
    ("academie", "Académie", lambda row: row["academie_label"]),
    ("fichier", "Fichier", lambda row: row["filename"]),
    ("etat", "État", lambda row: row["state_label"]),
    ("publies", "Publiés", lambda row: row["published"]),
    ("refuses", "Lignes refusées", lambda row: row["refused"]),
    ("preparee_le", "Préparée le", lambda row: output.paris_time(row["created_at"])),
)
MISTAKE_COLUMNS = (
    ("ligne", "Ligne", lambda row: row["place"]),
    output.NUMERO_CANDIDAT,
    ("motif", "Motif", lambda row: row["reason"]),
)


@click.group("documents")
def documents() -> None:
    """Publier des documents pour de nombreux candidats."""


@documents.command("list")
@output.with_academie
@output.with_limit
@output.with_format
@pass_api
def list_publications(api: Api, form: str, limite: int, academie: str | None) -> None:
    """Lister les publications de mes académies, les plus récentes d'abord."""
    wanted = {"academie": academie} if academie else {}
    output.print_list(api.pages(publications.IMPORTS, wanted, "items", limite), COLUMNS, form)


@documents.command("model")
@click.argument("type")
@to_file
@click.option("--session", help="BTS 2022, ou 2022 : le modèle a ses candidats et leurs épreuves.")
@click.option("--academie", help="Code sur deux chiffres ; par défaut la vôtre.")
@pass_api
def model(api: Api, type: str, target: Path, session: str | None, academie: str | None) -> None:
    """Enregistrer un modèle du CSV d'un TYPE de document : convocation, releve_notes, amenagements."""
    known = [item["type"] for item in api.read("/documents/v1/import-form")["types"] if item["columns"]]
    if type not in known:
        raise Failure(f"« {type} » n'a pas de modèle : {', '.join(known)}.", ExitCode.USAGE)
    chosen = session and asdict(_choices(api, type, session, academie, "", ()))
    scope = {name: chosen[name] for name in ("session", "exam", "academie")} if chosen else {}
    save_export(api, f"/documents/v1/import-models/{type}", scope, target)


@documents.command("refusals")
@click.argument("publication", metavar="PUBLICATION")
@to_file
@pass_api
def refusals(api: Api, publication: str, target: Path) -> None:
    """Enregistrer les lignes refusées d'une publication, avec leur motif, pour les corriger."""
    save_export(api, f"/documents/v1/imports/{segment(publication)}/refusals.csv", {}, target)


@documents.command("publish")
@click.argument("file", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--type", required=True, help="convocation, releve_notes, amenagements ; en PDF, tout type de l'examen.")
@click.option("--session", help="BTS 2022, ou 2022 ; par défaut la seule.")
@click.option("--academie", help="Code sur deux chiffres ; par défaut la vôtre.")
@click.option("--titre", "title", default="", help="Par défaut celui du type.")
@click.option("--texte", "texts", multiple=True, help="Un paragraphe au-dessus du tableau, ou à lire au lieu des PDF.")
@click.option("--avec-incomplets", "incomplete", is_flag=True, help="Publier aussi ce à quoi il manque une épreuve.")
@click.option("--dry-run", is_flag=True, help="Contrôler seulement : rien n'est publié.")
@click.option("--yes", is_flag=True, help="Publier sans demander.")
@click.option("--sans-attendre", "at_once", is_flag=True, help="Ne pas attendre la fin de la publication.")
@output.with_format
@pass_api
def publish(
    api: Api, form: str, file: Path, incomplete: bool, dry_run: bool, yes: bool, at_once: bool, **typed: Any
) -> None:
    """Contrôler un CSV, montrer ses fautes ligne par ligne, puis publier ce qui est juste.

    De même un PDF (.pdf), ou une archive de PDF (.zip) : le nom de chacun contient le N° candidat.

    Un candidat dont une ligne est fausse ne reçoit rien. Après une coupure, la même commande reprend sans rien publier
    deux fois. Code de sortie 7 : des lignes ne sont pas publiées.
    """
    choices = _choices(api, **typed)
    publication = publications.import_for(api, file, choices, anew=dry_run)
    if publication["state"] in publications.OPEN_STATES:
        publication = publications.check(api, publication["id"], file)
        publication = _followed(api, publication, "Contrôle")
        output.print_list(publications.mistakes(api, publication["id"]), MISTAKE_COLUMNS, form)
        if dry_run:
            publications.act(api, publication["id"], "abandonment")
            _end(publication, f"Documents qui seraient publiés : {publication['ready']}. Rien ne l'est.")
            return
        publication = _published(api, publication, incomplete=incomplete, yes=yes)
    if not at_once:
        publication = _followed(api, publication, "Publication")
    if publication["failed"]:
        output.print_list(publications.failures(api, publication["id"]), MISTAKE_COLUMNS, form)
    _end(publication, f"Documents publiés : {publication['published']} sur {publication['ready']}.")


def _choices(
    api: Api, type: str, session: str | None, academie: str | None, title: str, texts: Sequence[str]
) -> Choices:
    """What was typed, as the portal names it. Raises Failure for what is not offered, or not clear."""
    offered = api.read("/documents/v1/import-form")
    exams = {row["session"]: row["exam"] for row in offered["sessions"]}
    chosen = _only("--session", exams, lambda name: session is None or name.endswith(session))
    code = _only("--academie", [row["code"] for row in offered["academies"]], lambda code: academie in (None, code))
    return Choices(type, code, exams[chosen], chosen, title.strip(), tuple(texts))


def _only(option: str, offered: Iterable[str], is_meant: Callable[[str], bool]) -> str:
    """The only one that is meant. Raises Failure."""
    found = list(filter(is_meant, offered))
    if len(found) != 1:
        raise Failure(f"Choisissez {option} parmi : {', '.join(offered)}.", ExitCode.USAGE)
    return found[0]


def _published(api: Api, publication: Import, *, incomplete: bool, yes: bool) -> Import:
    """Publish what was read in the report, after a yes. Raises Failure, click.Abort."""
    ready, refused = publication["ready"], publication["refused"]
    if not ready:
        publications.act(api, publication["id"], "abandonment")
        raise Failure("Aucune ligne ne peut être publiée : rien n'est publié.", ExitCode.REFUSED)
    question = f"Documents à publier : {ready}{f' (lignes refusées : {refused})' if refused else ''}. Publier ?"
    if not yes and not sys.stdin.isatty():
        raise Failure(f"{question} Sans terminal, confirmez avec --yes.", ExitCode.USAGE)
    if not yes and click.prompt(f"{question} (oui/non)", err=True).strip().lower() not in ("o", "oui"):
        publications.act(api, publication["id"], "abandonment")
        raise Failure("Rien n'est publié.", ExitCode.INTERRUPTED)
    body = {"revision": publication["revision"], "accept_incomplete": incomplete}
    try:
        return publications.act(api, publication["id"], "publication", **body)
    except Failure as failure:
        if failure.status == requests.codes.unprocessable_entity:  # some lack an épreuve
            failure.detail = f"{failure.detail.splitlines()[0]} Pour les publier ainsi : --avec-incomplets."
        raise


def _under_way(publication: Import) -> tuple[int, int] | None:
    """Files checked, or documents published, of how many; None while neither is under way."""
    if publication.get("to_check"):
        return publication["files_checked"], publication["files_to_check"]
    done = publication["published"] + publication["failed"]
    return (done, publication["ready"]) if publication["state"] == publications.PUBLISHING else None


def _followed(api: Api, publication: Import, title: str) -> Import:
    """Wait until that is over; a break leaves it to the portal, and the same command follows it again."""
    with output.counted_progress() as progress:
        task = progress.add_task(title, total=None)
        while counted := _under_way(publication):
            progress.update(task, completed=counted[0], total=counted[1])
            time.sleep(POLL_SECONDS)
            publication = publications.read(api, publication["id"])
    return publication


def _end(publication: Import, sentence: str) -> None:
    """Raises Failure where lines are not published."""
    click.echo(sentence, err=True)
    if unused := publication["unused_columns"]:
        click.echo(f"Colonnes ignorées : {', '.join(unused)}.", err=True)
    if missing := publication["refused"] + publication["failed"]:
        raise Failure(f"Lignes ou documents qui ne passent pas : {missing}.", ExitCode.PARTLY)
