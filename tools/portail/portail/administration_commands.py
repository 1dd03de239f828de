"""`portail openings …` (windows of registration, listed by anyone, moved by administrateurs with a
reason), `portail incidents …` (noted by administrateurs, with the periods that they extend) and
`portail messages …` (what the home page says, published and taken off by administrateurs), `portail
retention` (what will be erased)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click

from portail.api import Api, pass_api, segment
from portail.decisions import CHANGED
from portail.failures import ExitCode, Failure
from portail.output import (
    PARIS,
    paris_time,
    print_list,
    print_one,
    with_academie,
    with_exam,
    with_format,
)

STAFF_OPENINGS = "/registrations/v1/staff/openings"
STATE_LABELS = {"open": "Ouverte", "not_yet": "Pas encore ouverte", "closed": "Fermée"}
STATE_COLUMNS = (
    ("etat", "État", lambda row: STATE_LABELS.get(row["state"], row["state"])),
    ("ouvre_le", "Ouvre le", lambda row: paris_time(row["opens"])),
    ("ferme_le", "Ferme le", lambda row: paris_time(row["closes"])),
)
OPENING_COLUMNS = (
    ("ouverture_id", "Identifiant", lambda row: row["opening_id"]),
    ("examen", "Examen", lambda row: row["exam"]),
    ("session", "Session", lambda row: row["session"]),
    ("academie", "Académie", lambda row: row["academie"]),
    *STATE_COLUMNS,
)
DETAIL_COLUMNS = (
    ("ouverture_id", "Identifiant", lambda row: row["id"]),
    ("session", "Session", lambda row: row["session_label"]),
    ("academie", "Académie", lambda row: row["academie_label"]),
    *STATE_COLUMNS,
    ("depot_du", "Dépôt des pièces du", lambda row: paris_time(row["deposit_opens"])),
    ("depot_au", "au", lambda row: paris_time(row["deposit_closes"])),
    ("brouillons", "Brouillons", lambda row: row["drafts"]),
    ("candidatures", "Candidatures", lambda row: row["candidatures"]),
)
STAFF_INCIDENTS = "/registrations/v1/staff/incidents"
PERIODS = {"inscriptions": "registration", "pieces": "deposit"}
"""The user's word → the API's code."""
EXTENDED = ("id", "revision", "closes", "deposit_closes")
MOVE_COLUMNS = (
    ("ouverture_id", "Identifiant", lambda row: row["opening"]["id"]),
    ("session", "Session", lambda row: row["opening"]["session_label"]),
    ("academie", "Académie", lambda row: row["opening"]["academie_label"]),
    ("fermait_le", "Fermait le", lambda row: paris_time(row["opening"]["closes"])),
    ("ferme_le", "Ferme désormais le", lambda row: paris_time(row["after"]["closes"])),
    (
        "depot_fermait_le",
        "Dépôt jusqu'au",
        lambda row: paris_time(row["opening"]["deposit_closes"]),
    ),
    ("depot_au", "Désormais jusqu'au", lambda row: paris_time(row["after"]["deposit_closes"])),
    ("brouillons", "Brouillons", lambda row: row["opening"]["drafts"]),
    ("candidatures", "Candidatures", lambda row: row["opening"]["candidatures"]),
)
STAFF_RETENTION = "/registrations/v1/staff/retention"
RETENTION_COLUMNS = (
    ("examen", "Examen", lambda row: row["exam"]),
    ("session", "Session", lambda row: row["session_label"]),
    ("donnees", "Données", lambda row: row["kind_label"]),
    ("a_partir_du", "À partir du", lambda row: paris_time(row["due_at"])),
    ("candidatures", "Candidatures", lambda row: row["candidatures"]),
    ("deja_effacees", "Déjà effacées", lambda row: row["erased"]),
    ("suspendu", "Suspendu", lambda row: (row["hold"] or {}).get("reason", "")),
)
SHOWN = "/registrations/v1/messages"
STAFF_MESSAGES = "/registrations/v1/staff/messages"
SEVERITIES = {"information": "info", "attention": "warning", "alerte": "error"}
"""The user's word → the API's code."""
_WORDS = {code: word for word, code in SEVERITIES.items()}
MESSAGE_COLUMNS = (
    ("message_id", "Identifiant", lambda row: row["id"]),
    ("gravite", "Gravité", lambda row: _WORDS.get(row["severity"], row["severity"])),
    ("titre", "Titre", lambda row: row["title"]),
    ("texte", "Texte", lambda row: row["text"]),
    ("du", "Du", lambda row: paris_time(row.get("shown_from"))),
    ("au", "Au", lambda row: paris_time(row.get("shown_until"))),
)
FORMS = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%d/%m/%Y %H:%M")


@click.group("openings")
def openings() -> None:
    """Les services d'inscription et leurs dates."""


@openings.command("list")
@with_exam
@click.option("--session", help="2022.")
@with_academie
@with_format
@pass_api
def list_openings(api: Api, form: str, **wanted: Any) -> None:
    """Lister les services d'inscription, avec leurs dates."""
    print_list(
        _openings(api, {}, {name: value for name, value in wanted.items() if value}),
        OPENING_COLUMNS,
        form,
    )


@openings.command("show")
@click.argument("opening", metavar="OUVERTURE")
@with_format
@pass_api
def show_opening(api: Api, form: str, opening: str) -> None:
    """Montrer un service d'inscription, et combien de candidats il concerne."""
    print_one(api.read(f"{STAFF_OPENINGS}/{segment(opening)}"), DETAIL_COLUMNS, form)


@openings.command("move")
@click.argument("openings", metavar="OUVERTURE…", nargs=-1, required=True)
@click.option("--ouvre-le", "opens", help="AAAA-MM-JJ HH:MM, heure de Paris.")
@click.option("--ferme-le", "closes", help="Fin de l'inscription, exclue.")
@click.option("--depot-du", "deposit_opens", help="Début du dépôt des pièces.")
@click.option("--depot-au", "deposit_closes", help="Fin du dépôt des pièces, exclue.")
@click.option("--motif", required=True, help="Motif du changement, gardé avec lui.")
@click.option(
    "--confirmer", "confirmed", is_flag=True, help="Confirmer ce que les candidats y perdent."
)
@with_format
@pass_api
def move_openings(
    api: Api, form: str, openings: tuple[str, ...], motif: str, confirmed: bool, **typed: str | None
) -> None:
    """Changer des dates, de tous ces services ou d'aucun ; celles qui ne sont pas données restent.
    Elles l'emportent sur le catalogue. Ce que les candidats y perdent est dit par un refus, puis
    confirmé."""
    dates = {name: instant_of(value) for name, value in typed.items() if value}
    if not dates:
        raise click.UsageError("Donnez au moins une date.")
    reason = motif.strip()

    def read() -> list[dict[str, Any]]:
        return [api.read(f"{STAFF_OPENINGS}/{segment(opening)}") for opening in openings]

    def is_moved(opening: dict[str, Any]) -> bool:
        """Whether the last change of an opening is this one: so is recognised one whose answer was
        lost."""
        changes = opening["changes"]
        return bool(changes) and changes[0]["reason"] == reason and _has_instants(opening, dates)

    shown = read()
    if not all(map(is_moved, shown)):
        revisions = [{"id": opening["id"], "revision": opening["revision"]} for opening in shown]
        change = {**dates, "reason": reason, "confirmed": confirmed, "openings": revisions}
        try:
            api.call("POST", f"{STAFF_OPENINGS}/dates", json=change)
        except Failure as failure:
            if failure.status != CHANGED or not all(map(is_moved, read())):
                raise
        shown = read()
    if len(shown) == 1:
        print_one(shown[0], DETAIL_COLUMNS, form)
    else:
        print_list(shown, DETAIL_COLUMNS, form)


def _has_instants(row: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether what the API gave has these instants, in whatever time zone."""
    return all(
        datetime.fromisoformat(row[name]) == datetime.fromisoformat(at)
        for name, at in wanted.items()
    )


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


@click.group("incidents")
def incidents() -> None:
    """Les incidents, et les périodes qu'ils ont fait prolonger."""


@incidents.command("extend")
@click.option(
    "--du", "begins", required=True, help="Début de l'incident, AAAA-MM-JJ HH:MM, heure de Paris."
)
@click.option("--au", "ends", required=True, help="Fin de l'incident.")
@click.option(
    "--service", "periods", type=click.Choice(list(PERIODS)), multiple=True, default=list(PERIODS)
)
@click.option("--titre", "title", required=True, help="Du message que les candidats liront.")
@click.option("--texte", "text", required=True, help="De ce message et du mail qu'ils reçoivent.")
@click.option("--motif", "reason", required=True, help="Gardé dans le journal.")
@click.option(
    "--sauf",
    "left_out",
    metavar="OUVERTURE",
    multiple=True,
    help="Ouverture à laisser telle quelle.",
)
@click.option(
    "--voir", "only_shown", is_flag=True, help="Montrer ce qui serait prolongé, sans rien changer."
)
@with_format
@pass_api
def extend(
    api: Api,
    form: str,
    periods: Sequence[str],
    left_out: Sequence[str],
    only_shown: bool,
    **words: str,
) -> None:
    """Noter un incident et prolonger les périodes qu'il a coupées, toutes ou aucune, une seule
    fois."""
    instants = {name: instant_of(words[name]) for name in ("begins", "ends")}
    new = {**words, **instants, "periods": [PERIODS[word] for word in periods]}
    moves = api.call("POST", f"{STAFF_INCIDENTS}/preview", json=new).json()
    moves = [move for move in moves if move["opening"]["id"] not in left_out]
    if not only_shown:
        openings = [_extended(move) for move in moves]
        api.call("POST", STAFF_INCIDENTS, json={**new, "openings": openings})
    print_list(moves, MOVE_COLUMNS, form)


def _extended(move: Mapping[str, Any]) -> dict[str, Any]:
    """Return the opening as it is after the move, as far as a report of an incident says it."""
    opening = move["opening"] | move["after"]
    return {name: opening[name] for name in EXTENDED}


@click.group("messages")
def messages() -> None:
    """Les messages de la page d'accueil."""


@messages.command("list")
@click.option(
    "--tous", "all_of_them", is_flag=True, help="Aussi les passés et les futurs (administrateurs)."
)
@with_format
@pass_api
def list_messages(api: Api, form: str, all_of_them: bool) -> None:
    """Lister les messages que la page d'accueil affiche en ce moment."""
    rows = api.read(STAFF_MESSAGES)["messages"] if all_of_them else api.read(SHOWN)
    print_list(rows, MESSAGE_COLUMNS, form)


@messages.command("publish")
@click.option("--titre", "title", required=True)
@click.option("--texte", "text", required=True)
@click.option(
    "--gravite",
    "severity",
    type=click.Choice(list(SEVERITIES)),
    default="information",
    show_default=True,
)
@click.option("--du", "shown_from", required=True, help="AAAA-MM-JJ HH:MM, heure de Paris.")
@click.option("--au", "shown_until", required=True, help="Fin de l'affichage, exclue.")
@pass_api
def publish(api: Api, severity: str, shown_from: str, shown_until: str, **words: str) -> None:
    """Publier un message, et écrire son identifiant. La même commande ne le publie pas deux
    fois."""
    dates = {"shown_from": instant_of(shown_from), "shown_until": instant_of(shown_until)}
    new = {
        **{name: value.strip() for name, value in words.items()},
        **dates,
        "severity": SEVERITIES[severity],
    }
    for row in api.read(STAFF_MESSAGES)["messages"]:
        if _has_instants(row, dates) and all(
            row[name] == new[name] for name in ("title", "text", "severity")
        ):
            break
    else:
        row = api.call("POST", STAFF_MESSAGES, json=new, repeatable=False).json()
    click.echo(row["id"])


@messages.command("withdraw")
@click.argument("message", metavar="MESSAGE")
@pass_api
def withdraw(api: Api, message: str) -> None:
    """Retirer un message de la page d'accueil, tout de suite."""
    api.call("DELETE", f"{STAFF_MESSAGES}/{segment(message)}", repeatable=False)
    click.echo("C'est enregistré.")


def instant_of(typed: str) -> str:
    """« 2021-11-20 12:00 » or « 20/11/2021 12:00 », in Paris, as the API takes it. Raises
    Failure."""
    for form in FORMS:
        try:
            instant = datetime.strptime(typed.strip(), form).replace(tzinfo=PARIS)
        except ValueError:
            continue
        if instant.astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != instant.replace(
            tzinfo=None
        ):
            raise Failure(f"« {typed} » n'existe pas : l'heure change ce jour-là.", ExitCode.USAGE)
        return instant.isoformat()
    raise Failure(
        f"« {typed} » n'est pas une date avec son heure (AAAA-MM-JJ HH:MM).", ExitCode.USAGE
    )


@click.command("retention")
@click.option(
    "--dry-run",
    is_flag=True,
    required=True,
    help="Seul mode : le portail efface lui-même ce qui est dû.",
)
@with_format
@pass_api
def retention(api: Api, form: str, dry_run: bool) -> None:
    """Lister ce qui sera effacé d'ici à un mois, et les sessions suspendues (administrateurs)."""
    print_list(api.read(STAFF_RETENTION)["erasures"], RETENTION_COLUMNS, form)
