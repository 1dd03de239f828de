"""`portail pieces …`: what waits, one piece, its file, decisions on one and on many."""

from pathlib import Path
from typing import Any

import click
from rich.progress import Progress

from portail import decisions, output
from portail.api import Api, pass_api
from portail.decisions import (
    STATUSES,
    Decision,
    SeenPiece,
    decide,
    last_seen,
    piece_path,
    remember,
    status_of,
)
from portail.downloads import download_piece, save_export, to_file
from portail.failures import ExitCode, Failure

PIECES = "/pieces/v1/pieces"
_WAITING = {"status": "none", "deposited": "true"}
STATUS_FILTERS: dict[str, dict[str, str]] = {
    "a-controler": _WAITING,
    "renvoyees": {**_WAITING, "sent_again": "true"},
    **{word: {"status": code} for word, code in STATUSES.items()},
    "toutes": {},
}
YES_OR_NO = {"oui": "true", "non": "false"}
COLUMNS = (
    ("piece_id", "Identifiant", lambda piece: piece["id"]),
    ("etag", None, lambda piece: piece["etag"]),
    ("depot_id", None, lambda piece: piece["deposit"] and piece["deposit"]["id"]),
    output.NUMERO_CANDIDAT,
    ("nom", "Nom", lambda piece: piece["candidature"]["nom"]),
    ("prenoms", "Prénoms", lambda piece: piece["candidature"]["prenoms"]),
    ("session", None, lambda piece: piece["candidature"]["session_label"]),
    ("code", "Pièce", lambda piece: piece["code"]),
    ("libelle", None, lambda piece: piece["label"]),
    (
        "depose_le",
        "Déposée le",
        lambda piece: output.paris_time(piece["deposit"] and piece["deposit"]["deposited_at"]),
    ),
    ("fichier", None, lambda piece: piece["deposit"] and piece["deposit"]["filename"]),
    ("antivirus", None, lambda piece: piece["deposit"] and piece["deposit"]["scan_label"]),
    ("statut", "Statut", lambda piece: piece["status_label"]),
)
DETAIL_COLUMNS = (
    ("piece_id", "Identifiant", lambda piece: piece["id"]),
    ("etag", None, lambda piece: piece["etag"]),
    ("depot_id", None, lambda piece: piece["deposit"] and piece["deposit"]["id"]),
    ("piece", "Pièce", lambda piece: f"{piece['code']} : {piece['label']}"),
    (
        "candidat",
        "Candidat",
        lambda piece: f"{piece['candidature']['nom']} {piece['candidature']['prenoms']}",
    ),
    output.NUMERO_CANDIDAT,
    ("session", "Session", lambda piece: piece["candidature"]["session_label"]),
    ("candidature_id", "Candidature", lambda piece: piece["candidature"]["id"]),
    ("fichier", "Fichier", lambda piece: piece["deposit"] and piece["deposit"]["filename"]),
    (
        "depose_le",
        "Déposée le",
        lambda piece: output.paris_time(piece["deposit"] and piece["deposit"]["deposited_at"]),
    ),
    ("antivirus", "Antivirus", lambda piece: piece["deposit"] and piece["deposit"]["scan_label"]),
    (
        "contenu_actif",
        "Contenu actif",
        lambda piece: (piece["deposit"] or {}).get("active_contents_label"),
    ),
    ("valide_le", "Validée le", lambda piece: output.paris_time(piece["validated_at"])),
    ("statut", "Statut", lambda piece: piece["status_label"]),
    ("redemandee", "Redemandée pour la version", lambda piece: piece.get("asked_again_for")),
    ("commentaire", "Commentaire", lambda piece: piece["comment"]),
)


_filters = output.with_options(
    click.option(
        "--statut",
        type=click.Choice(list(STATUS_FILTERS)),
        default="a-controler",
        show_default=True,
    ),
    output.with_academie,
    output.with_exam,
    click.option("--session", help="BTS 2022, ou 2022."),
    click.option("--regroupement", help="Code du regroupement."),
    click.option("--code", help="Code de la pièce : NATIDE06."),
    click.option("--numero-candidat", help="Onze chiffres."),
    click.option("--candidature", help="Identifiant d'une candidature."),
    click.option(
        "--validees",
        "validated",
        type=click.Choice(list(YES_OR_NO)),
        help="Par leur candidat, ou pas encore.",
    ),
)


def _query(statut: str, filters: dict[str, str | None]) -> dict[str, str]:
    given = {name: YES_OR_NO.get(value, value) for name, value in filters.items() if value}
    return {**STATUS_FILTERS[statut], **given}


@click.group("pieces")
def pieces() -> None:
    """Contrôler les pièces justificatives."""


@pieces.command("list")
@_filters
@output.with_limit
@click.option("--tout", is_flag=True, help="Jusqu'à la fin de la liste.")
@click.option("--a-decider", is_flag=True, help="CSV : ajouter les colonnes que lit decide-many.")
@output.with_format
@pass_api
def list_pieces(
    api: Api, form: str, statut: str, limite: int, tout: bool, a_decider: bool, **filters: Any
) -> None:
    """Lister les pièces : celles à contrôler, ou d'un autre statut."""
    pages = api.pages(PIECES, _query(statut, filters), "items", None if tout else limite)
    output.print_list(pages, COLUMNS, form, decisions.DECISION_COLUMNS if a_decider else ())


@pieces.command("next")
@_filters
@click.option("--apres", help="Identifiant d'une pièce : celle qui la suit dans la liste.")
@output.with_format
@pass_api
def next_piece(api: Api, form: str, statut: str, apres: str | None, **filters: Any) -> None:
    """Montrer la première pièce de la liste (code de sortie 4 : il n'y en a pas)."""
    query = {**_query(statut, filters), **({"after": apres} if apres else {})}
    piece = next(api.pages(PIECES, query, "items", 1), None)
    if piece is None:
        raise Failure("Aucune pièce n'attend.", ExitCode.NOTHING_THERE)
    _show(piece, form)


@pieces.command("show")
@click.argument("piece")
@output.with_format
@pass_api
def show_piece(api: Api, form: str, piece: str) -> None:
    """Montrer une pièce (en JSON : avec tout ce qui lui est arrivé)."""
    _show(api.read(piece_path(piece)), form)


def _show(piece: output.Item, form: str) -> None:
    remember(piece)
    output.print_one(piece, DETAIL_COLUMNS, form)


@pieces.command("download")
@click.argument("ids", metavar="PIECE…", nargs=-1, required=True)
@click.option(
    "--vers",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Dossier.",
)
@click.option(
    "--original",
    is_flag=True,
    help="Les fichiers eux-mêmes : le seul choix pour DOC, DOCX, ZIP et films.",
)
@pass_api
def download(api: Api, ids: tuple[str, ...], folder: Path, original: bool) -> None:
    """Télécharger les copies (PDF) des fichiers de pièces, ou les fichiers eux-mêmes. Rien n'est
    écrasé."""
    with output.progress_bar(*Progress.get_default_columns()) as progress:
        task = progress.add_task("Téléchargement", total=None)
        for piece_id in ids:
            piece = api.read(piece_path(piece_id))
            total = piece["deposit"]["size"] if piece["deposit"] and original else None
            progress.reset(task, total=total)
            saved = download_piece(
                api, piece, folder, lambda size: progress.advance(task, size), original=original
            )
            remember(piece)
            if saved is not None:
                click.echo(saved)


@pieces.command("decide")
@click.argument("piece")
@click.argument("decision")
@click.option(
    "--commentaire",
    "comment",
    help="Le candidat lira exactement ce texte ; non-conforme en demande un.",
)
@click.option("--recue-le", "received_on", help="Date de réception sur papier, AAAA-MM-JJ.")
@click.option(
    "--a-renvoyer-jusqu-au",
    "resubmit_until",
    help="Non conforme : dernier jour pour déposer à nouveau, AAAA-MM-JJ.",
)
@click.option(
    "--etag", help="État de la pièce, avec --depot : par défaut celui que l'outil vous a montré."
)
@click.option("--depot", help="Identifiant du fichier examiné ; sans lui : reçue sur papier.")
@output.with_format
@pass_api
def decide_piece(
    api: Api,
    form: str,
    piece: str,
    decision: str,
    etag: str | None,
    depot: str | None,
    **words: str | None,
) -> None:
    """Décider d'une pièce que vous avez regardée : recue, conforme ou non-conforme.

    Si elle a changé depuis, rien n'est enregistré (code de sortie 5).
    """
    seen = SeenPiece(etag, depot) if etag else last_seen(piece)
    if seen is None:
        raise Failure(
            f"Regardez d'abord la pièce : « portail pieces show {piece} ».", ExitCode.USAGE
        )
    wanted = Decision(status_of(decision), **words)
    output.print_one(decide(api, piece, seen, wanted), DETAIL_COLUMNS, form)


@pieces.command("undo")
@click.argument("piece")
@output.with_format
@pass_api
def undo_decision(api: Api, form: str, piece: str) -> None:
    """Annuler votre décision sur une pièce, la dernière : ce qui était avant compte de nouveau.

    Si son candidat, ou quelqu'un d'autre, y a donné suite, rien n'est annulé (code de sortie 5).
    """
    path = piece_path(piece)
    answer = api.call("DELETE", f"{path}/control", headers={"If-Match": api.read(path)["etag"]})
    output.print_one(dict(answer.json()), DETAIL_COLUMNS, form)


@pieces.command("decide-many")
@click.argument(
    "file", metavar="FICHIER.csv", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@pass_api
def decide_many(api: Api, file: Path) -> None:
    """Décider des pièces d'un CSV, tel que l'écrit « pieces list --csv --a-decider ».

    Ce qu'il advient de chaque ligne est dans FICHIER.csv.rapport.csv ; la même commande reprend ce
    qui s'est interrompu, sans rien faire deux fois. Code de sortie 7 : des lignes ne sont pas
    passées.
    """
    lines = decisions.read_lines(file)
    report = file.with_name(f"{file.name}.rapport.csv")
    done = decisions.done_before(report)
    remaining = [line for line in lines if line.digest not in done]
    before = len(lines) - len(remaining)
    with output.counted_progress() as progress:
        task = progress.add_task("Décisions", total=len(lines), completed=before)
        outcomes = decisions.carry_out(
            api, remaining, report, lambda number: progress.advance(task, number)
        )
    failed = [outcome for outcome in outcomes if outcome.result != decisions.DONE]
    for outcome in failed:
        click.echo(f"ligne {outcome.line.number} : {outcome.result}. {outcome.detail}", err=True)
    resumed = f", dont {before} lors d'une exécution précédente" if before else ""
    click.echo(
        f"{len(lines) - len(failed)} décisions enregistrées sur {len(lines)}{resumed}. Rapport : "
        f"{report}"
    )
    if failed:
        raise Failure(f"{len(failed)} lignes ne sont pas passées.", ExitCode.PARTLY)


@pieces.command("export")
@_filters
@to_file
@pass_api
def export_pieces(api: Api, target: Path, statut: str, **filters: Any) -> None:
    """Exporter en CSV les pièces de mes académies."""
    save_export(api, "/pieces/v1/pieces.csv", _query(statut, filters), target)
