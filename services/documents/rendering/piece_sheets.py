"""The papers about a candidate's pieces: « Demande de pièces justificatives » and its « Relance »
(guide §10), forms to fill in."""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby

from services import french
from services.contracts import page_labels
from services.contracts.document_rules import DocumentType
from services.contracts.pieces import MissingGroup
from services.contracts.registrations import FormOffered, PieceAsked, RegistrationSaved
from services.documents.rendering import sheet

_COLUMNS = ("Pièce", "Caractère", "Formats acceptés")
_WIDTHS = (45, 12, 43)
_RELANCE_COLUMNS = ("Pièce", "Situation")
_RELANCE_WIDTHS = (55, 45)
_NOT_DEPOSITED = "Non déposée"
_WHAT_TO_DO = (
    f"Déposez ce qui manque dans « {page_labels.JUSTIFICATIFS} », puis cliquez sur « "
    f"{page_labels.VALIDATE} ». Si vous l'avez fait depuis cette date, ne tenez pas compte de "
    "cette relance."
)
_NO_PIECE = "Aucune pièce justificative n'est demandée pour cette candidature."
_FORM_TO_FILL_IN = "formulaire à compléter"
_DECLARATION = "Je certifie l'exactitude des renseignements portés sur ce formulaire."
_BOXES = ("Date", "Signature du candidat")
# Blanks of the catalogue whose label begins so are boxes to sign in rather than lines to write on.
_SIGNED_PREFIXES = ("fait", "signature")


def demande(event: RegistrationSaved, letterhead: sheet.Letterhead) -> sheet.Sheet:
    """Put together the « Demande » of the pieces that this version asks for; with none it says
    so."""
    blocks: list[sheet.Block] = [candidature_fields(event)]
    if event.demande_text:
        blocks.append(sheet.Paragraphs(event.demande_text))
    blocks += _pieces(event.pieces) if event.pieces else [sheet.Paragraphs((_NO_PIECE,))]
    return _piece_sheet(event, letterhead, DocumentType.DEMANDE, blocks)


def _piece_sheet(
    event: RegistrationSaved,
    letterhead: sheet.Letterhead,
    type: DocumentType,
    blocks: list[sheet.Block],
) -> sheet.Sheet:
    return sheet.candidature_sheet(
        event, letterhead, type.label, blocks, title=type.label.upper(), with_version=True
    )


def candidature_fields(event: RegistrationSaved) -> sheet.Fields:
    """Say what the candidature is, on papers about its pieces."""
    confirmation = event.confirmation
    rows = sheet.filled_rows(
        ("Spécialité", confirmation.specialite),
        ("Catégorie du Candidat", confirmation.categorie),
        ("Etablissement", confirmation.etablissement),
    )
    return sheet.Fields(tuple(rows), heading="Candidature")


def _pieces(pieces: Iterable[PieceAsked]) -> list[sheet.Block]:
    """List the pieces by their deadlines in time order, regroupements and pieces in the order of
    the event."""
    blocks: list[sheet.Block] = []
    for (closes, opens), of_period in groupby(sorted(pieces, key=_period), key=_period):
        begin = french.weekday_date(opens)
        blocks.append(
            sheet.Banner(f"A déposer en ligne entre le {begin} et le {_end_text(closes)}")
        )
        groups: dict[str, list[tuple[str, ...]]] = {}
        for piece in of_period:
            groups.setdefault(piece.group_label, []).append(_row(piece))
        blocks += [
            sheet.Table(label, _COLUMNS, tuple(rows), _WIDTHS) for label, rows in groups.items()
        ]
    return blocks


def _period(piece: PieceAsked) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(piece.deposit_closes), datetime.fromisoformat(piece.deposit_opens)


def _end_text(closes: datetime) -> str:
    """`closes` is exclusive: midnight is shown as 23:59 of the day before."""
    end = french.shown_end(closes)
    return f"{french.weekday_date(end)} {french.time_of_day(end)} (heure/Paris)"


def _row(piece: PieceAsked) -> tuple[str, ...]:
    name = f"{piece.code} : {piece.label}" + (f" ({_FORM_TO_FILL_IN})" if piece.form else "")
    formats = ", ".join(extension.upper() for extension in piece.formats)
    return name, "Obligatoire" if piece.required else "Facultative", formats


def relance(
    event: RegistrationSaved,
    groups: tuple[MissingGroup, ...],
    reminded_at: datetime,
    letterhead: sheet.Letterhead,
) -> sheet.Sheet:
    """Put together the « Relance » of what `groups` of this version lacked at `reminded_at`."""
    at = french.short_instant(reminded_at)
    sentence = (
        f"Les pièces justificatives suivantes restaient à déposer ou à valider le {at} "
        "(heure/Paris)."
    )
    blocks = [
        candidature_fields(event),
        sheet.Paragraphs((sentence, _WHAT_TO_DO)),
        *_by_deadline(groups),
    ]
    return _piece_sheet(event, letterhead, DocumentType.RELANCE, blocks)


def _by_deadline(groups: tuple[MissingGroup, ...]) -> list[sheet.Block]:
    blocks: list[sheet.Block] = []
    for closes, until in groupby(sorted(groups, key=_deadline), key=_deadline):
        blocks.append(sheet.Banner(f"A déposer en ligne jusqu'au {_end_text(closes)}"))
        for group in until:
            rows = tuple(
                (f"{piece.code} : {piece.label}", piece.remark or _NOT_DEPOSITED)
                for piece in group.pieces
            )
            blocks.append(sheet.Table(group.label, _RELANCE_COLUMNS, rows, _RELANCE_WIDTHS))
    return blocks


def _deadline(group: MissingGroup) -> datetime:
    return datetime.fromisoformat(group.deposit_closes)


def form_offered(event: RegistrationSaved, code: str) -> FormOffered | None:
    """Return the form of that code; None where this candidature may not fill it in."""
    return next((form for form in event.forms if form.code == code), None)


def formulaire(
    event: RegistrationSaved, form: FormOffered, letterhead: sheet.Letterhead
) -> sheet.Sheet:
    """Put together a form, its identity part filled in."""
    blocks: list[sheet.Block] = [_candidate(event)]
    if form.paragraphs:
        blocks.append(sheet.Paragraphs(form.paragraphs))
    boxes = tuple(label for label in form.blanks if label.lower().startswith(_SIGNED_PREFIXES))
    if lines := tuple(label for label in form.blanks if label not in boxes):
        blocks.append(sheet.Blanks(lines, heading="A compléter"))
    blocks.append(sheet.Signature(_DECLARATION, tuple(f"{label} :" for label in boxes or _BOXES)))
    return sheet.candidature_sheet(event, letterhead, form.title, blocks, title=form.title.upper())


def _candidate(event: RegistrationSaved) -> sheet.Fields:
    confirmation = event.confirmation
    identity = event.identity
    born = french.short_date(date.fromisoformat(identity.date_naissance))
    number = confirmation.mobile or confirmation.telephone
    rows: list[sheet.Row] = [
        (
            (sheet.Field("Candidat", sheet.candidate_name(event)),),
            (sheet.Field("Nom d'usage", identity.nom_usage or ""),),
        ),
        ((sheet.Field("Né(e) le", born),), (sheet.Field("A", confirmation.birthplace),)),
        (
            (sheet.Field("Tél", sheet.telephone(number) if number else ""),),
            (sheet.Field("Mél", identity.email),),
        ),
    ]
    rows += sheet.filled_rows(
        ("Spécialité", confirmation.specialite), ("Etablissement", confirmation.etablissement)
    )
    return sheet.Fields(tuple(rows), heading="Candidat", show_heading=True)
