"""`portail documents …`: documents published for many candidates from a CSV, checked as a whole
first.

An import is ordered under a key made of the file's content and of what was chosen: the same command
goes on with it instead of publishing anew.
"""

import base64
import hashlib
import json
import secrets
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import click
import requests

from portail import output
from portail.api import Api, pass_api, segment
from portail.downloads import save_export, to_file
from portail.failures import ExitCode, Failure

IMPORTS = "/documents/v1/imports"
OPEN_STATES = ("prepared", "checked")
PUBLISHING = "publishing"
PUBLISHED = "published"
TUS_VERSION = {"Tus-Resumable": "1.0.0"}
PART_BYTES = 1024 * 1024  # of an upload, in one call
CHECK_SECONDS = 130.0  # of the largest table; the portal gives up sooner, and checks PDFs later

Import = dict[str, Any]


def import_for(api: Api, file: Path, choices: dict[str, Any], *, anew: bool = False) -> Import:
    """The import of just this content and these choices, as a run before left it; a new one where
    there is none that goes on, or `anew`. Raises Failure."""
    new = {**choices, "source": "pdf" if file.suffix.lower() in (".pdf", ".zip") else "csv"}
    digest = hashlib.sha256(json.dumps(new).encode() + file.read_bytes()).hexdigest()
    for attempt in count():
        key = secrets.token_urlsafe(24) if anew else f"{digest[:24]}-{attempt}"
        publication: Import = api.call(
            "POST", IMPORTS, json=new, headers={"Idempotency-Key": key}
        ).json()
        if publication["state"] in (*OPEN_STATES, PUBLISHING, PUBLISHED):
            break
    return publication


def check(api: Api, import_id: str, file: Path) -> Import:
    """Send the file, and have it checked, at once or (« to_check ») later; a table takes the place
    of one sent before. Raises Failure for a file that cannot be read."""
    root = f"{IMPORTS}/{segment(import_id)}"
    content = file.read_bytes()
    name = base64.b64encode(file.name.encode()).decode()
    headers = {
        **TUS_VERSION,
        "Upload-Length": str(len(content)),
        "Upload-Metadata": f"filename {name}",
    }
    upload = segment(
        api.call("POST", f"{root}/uploads", headers=headers).headers["Location"].rpartition("/")[2]
    )
    try:
        _send_parts(api, f"/documents/v1/uploads/{upload}", content)
        taken = api.call("POST", f"{root}/files", json={"uploads": [upload]}, timeout=CHECK_SECONDS)
    except Failure:
        with suppress(Failure):
            api.call("DELETE", f"/documents/v1/uploads/{upload}", headers=TUS_VERSION)
        raise
    return dict(taken.json())


def _send_parts(api: Api, path: str, content: bytes) -> None:
    """Each begins where the portal has got to: of a part whose answer was lost it may have all."""
    offset = 0
    while offset < len(content):
        headers = {
            **TUS_VERSION,
            "Content-Type": "application/offset+octet-stream",
            "Upload-Offset": str(offset),
        }
        try:
            answer = api.call(
                "PATCH", path, data=content[offset : offset + PART_BYTES], headers=headers
            )
            offset = int(answer.headers["Upload-Offset"])
        except Failure as failure:
            if "offset" not in failure.problem:
                raise
            offset = int(failure.problem["offset"])


def mistakes(api: Api, import_id: str) -> Iterator[dict[str, Any]]:
    """The lines that are not published and the documents that lack an épreuve, each with its
    reason."""
    yield from _rows(api, import_id, "refusals")
    for row in _rows(api, import_id, "documents", is_incomplete="true"):
        yield {**row, "place": ""}


def failures(api: Api, import_id: str) -> Iterator[dict[str, Any]]:
    """The documents that could not be published, in the form of `mistakes`."""
    return (
        {**row, "place": ""}
        for row in _rows(api, import_id, "documents")
        if row["state"] == "failed"
    )


def act(api: Api, import_id: str, name: str, **body: object) -> Import:
    """`name`: publication, abandonment or withdrawal; given again, each changes nothing. Raises
    Failure."""
    return dict(api.call("POST", f"{IMPORTS}/{segment(import_id)}/{name}", json=body).json())


def _rows(api: Api, import_id: str, what: str, **wanted: str) -> Iterator[dict[str, Any]]:
    return api.pages(f"{IMPORTS}/{segment(import_id)}/{what}", wanted, "items")


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
    output.print_list(api.pages(IMPORTS, wanted, "items", limite), COLUMNS, form)


@documents.command("model")
@click.argument("type")
@to_file
@click.option("--session", help="BTS 2022, ou 2022 : le modèle a ses candidats et leurs épreuves.")
@click.option("--academie", help="Code sur deux chiffres ; par défaut la vôtre.")
@pass_api
def model(api: Api, type: str, target: Path, session: str | None, academie: str | None) -> None:
    """Enregistrer un modèle du CSV d'un TYPE de document : convocation, releve_notes,
    amenagements."""
    known = [
        item["type"] for item in api.read("/documents/v1/import-form")["types"] if item["columns"]
    ]
    if type not in known:
        raise Failure(f"« {type} » n'a pas de modèle : {', '.join(known)}.", ExitCode.USAGE)
    chosen = _choices(api, type, session, academie, "", ()) if session else None
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
@click.argument(
    "file", metavar="FICHIER", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option(
    "--type",
    required=True,
    help="convocation, releve_notes, amenagements ; en PDF, tout type de l'examen.",
)
@click.option("--session", help="BTS 2022, ou 2022 ; par défaut la seule.")
@click.option("--academie", help="Code sur deux chiffres ; par défaut la vôtre.")
@click.option("--titre", "title", default="", help="Par défaut celui du type.")
@click.option(
    "--texte",
    "texts",
    multiple=True,
    help="Un paragraphe au-dessus du tableau, ou à lire au lieu des PDF.",
)
@click.option(
    "--avec-incomplets",
    "incomplete",
    is_flag=True,
    help="Publier aussi ce à quoi il manque une épreuve.",
)
@click.option("--dry-run", is_flag=True, help="Contrôler seulement : rien n'est publié.")
@click.option("--yes", is_flag=True, help="Publier sans demander.")
@click.option(
    "--sans-attendre", "at_once", is_flag=True, help="Ne pas attendre la fin de la publication."
)
@output.with_format
@pass_api
def publish(
    api: Api,
    form: str,
    file: Path,
    incomplete: bool,
    dry_run: bool,
    yes: bool,
    at_once: bool,
    **typed: Any,
) -> None:
    """Contrôler un CSV, montrer ses fautes ligne par ligne, puis publier ce qui est juste.

    De même un PDF (.pdf), ou une archive de PDF (.zip) : le nom de chacun contient le N° candidat.

    Un candidat dont une ligne est fausse ne reçoit rien. Après une coupure, la même commande
    reprend sans rien publier deux fois. Code de sortie 7 : des lignes ne sont pas publiées.
    """
    choices = _choices(api, **typed)
    publication = import_for(api, file, choices, anew=dry_run)
    if publication["state"] in OPEN_STATES:
        publication = check(api, publication["id"], file)
        publication = _followed(api, publication, "Contrôle")
        output.print_list(mistakes(api, publication["id"]), MISTAKE_COLUMNS, form)
        if dry_run:
            act(api, publication["id"], "abandonment")
            _end(
                publication,
                f"Documents qui seraient publiés : {publication['ready']}. Rien ne l'est.",
            )
            return
        publication = _published(api, publication, incomplete=incomplete, yes=yes)
    if not at_once:
        publication = _followed(api, publication, "Publication")
    if publication["failed"]:
        output.print_list(failures(api, publication["id"]), MISTAKE_COLUMNS, form)
    _end(publication, f"Documents publiés : {publication['published']} sur {publication['ready']}.")


def _choices(
    api: Api,
    type: str,
    session: str | None,
    academie: str | None,
    title: str,
    texts: Sequence[str],
) -> dict[str, Any]:
    """What was typed, as the portal names it. Raises Failure for what is not offered, or not
    clear."""
    offered = api.read("/documents/v1/import-form")

    def is_session(name: str) -> bool:
        return session is None or name.endswith(session)

    def is_academie(code: str) -> bool:
        return academie in (None, code)

    chosen = _only("session", offered["sessions"], is_session)
    there = _only("academie", offered["academies"], is_academie, "code")
    return {
        "type": type,
        "academie": there["code"],
        "exam": chosen["exam"],
        "session": chosen["session"],
        "title": title.strip(),
        "paragraphs": list(texts),
    }


def _only(
    option: str,
    rows: Sequence[dict[str, str]],
    is_meant: Callable[[str], bool],
    name: str = "session",
) -> dict[str, str]:
    """The only one that is meant by `name`: two exams may have a session of one label. Raises
    Failure."""
    found = [row for row in rows if is_meant(row[name])]
    if len(found) != 1:
        known = ", ".join(row[name] for row in rows)
        raise Failure(f"Choisissez --{option} parmi : {known}.", ExitCode.USAGE)
    return found[0]


def _published(api: Api, publication: Import, *, incomplete: bool, yes: bool) -> Import:
    """Publish what was read in the report, after a yes. Raises Failure, click.Abort."""
    ready = publication["ready"]
    refused = publication["refused"]
    if not ready:
        act(api, publication["id"], "abandonment")
        raise Failure("Aucune ligne ne peut être publiée : rien n'est publié.", ExitCode.REFUSED)
    question = (
        f"Documents à publier : {ready}{f' (lignes refusées : {refused})' if refused else ''}. "
        "Publier ?"
    )
    if not yes and not sys.stdin.isatty():
        raise Failure(f"{question} Sans terminal, confirmez avec --yes.", ExitCode.USAGE)
    if not yes and click.prompt(f"{question} (oui/non)", err=True).strip().lower() not in (
        "o",
        "oui",
    ):
        act(api, publication["id"], "abandonment")
        raise Failure("Rien n'est publié.", ExitCode.INTERRUPTED)
    body = {"revision": publication["revision"], "accept_incomplete": incomplete}
    try:
        return act(api, publication["id"], "publication", **body)
    except Failure as failure:
        if failure.status == requests.codes.unprocessable_entity:  # some lack an épreuve
            failure.detail = (
                f"{failure.detail.splitlines()[0]} Pour les publier ainsi : --avec-incomplets."
            )
        raise


def _under_way(publication: Import) -> tuple[int, int] | None:
    """Files checked, or documents published, of how many; None while neither is under way."""
    if publication.get("to_check"):
        return publication["files_checked"], publication["files_to_check"]
    done = publication["published"] + publication["failed"]
    return (done, publication["ready"]) if publication["state"] == PUBLISHING else None


def _followed(api: Api, publication: Import, title: str) -> Import:
    """Wait until that is over; a break leaves it to the portal, and the same command follows it
    again."""
    with output.counted_progress() as progress:
        task = progress.add_task(title, total=None)
        while counted := _under_way(publication):
            progress.update(task, completed=counted[0], total=counted[1])
            time.sleep(POLL_SECONDS)
            publication = dict(api.read(f"{IMPORTS}/{segment(publication['id'])}"))
    return publication


def _end(publication: Import, sentence: str) -> None:
    """Raises Failure where lines are not published."""
    click.echo(sentence, err=True)
    if unused := publication["unused_columns"]:
        click.echo(f"Colonnes ignorées : {', '.join(unused)}.", err=True)
    if missing := publication["refused"] + publication["failed"]:
        raise Failure(f"Lignes ou documents qui ne passent pas : {missing}.", ExitCode.PARTLY)
