"""« Confirmation d'inscription »: every line of guide §6, in its order."""

from datetime import date, datetime

from services import french
from services.contracts.document_rules import DocumentType
from services.contracts.registration_rules import CERTIFICATION
from services.contracts.registrations import Confirmation, EpreuveLine, RegistrationSaved
from services.documents.rendering import sheet

_COLUMNS = ("Epreuve", "Unité", "Position", "Mode évaluation")
_WIDTHS = (55, 9, 16, 20)
_BOXES = (
    "Date :",
    "Signature du candidat :",
    "Signature du représentant légal (candidat mineur) :",
)


def confirmation(event: RegistrationSaved, letterhead: sheet.Letterhead) -> sheet.Sheet:
    """Put together the confirmation of this version, to be signed and sent back before its
    `return_by`, or validated online."""
    content = event.confirmation
    blocks: list[sheet.Block] = [_identity(event)]
    if event.is_to_validate:
        end = french.shown_end(event.validation_ends)
        day = french.weekday_date(end).upper()
        blocks.append(sheet.Banner(f"A VALIDER EN LIGNE AVANT LE {day} {french.time_of_day(end)}"))
    elif (
        content.return_by
        and not event.is_certified_online
        and any(piece.proves_version for piece in event.pieces)
    ):
        day = french.weekday_date(date.fromisoformat(content.return_by)).upper()
        blocks.append(sheet.Banner(f"A RENVOYER IMPERATIVEMENT POUR LE {day}"))
    for section in content.extra:
        rows = tuple(((sheet.Field(line.label, line.value),),) for line in section.lines)
        blocks.append(sheet.Fields(rows, heading=section.title, show_heading=True))
    blocks += _qualification(content)
    printed_lines = [line for line in event.epreuves if not line.hidden_on_pdf]
    blocks += _epreuves_table(
        "EPREUVES OBLIGATOIRES", [line for line in printed_lines if line.mandatory]
    )
    blocks += _epreuves_table(
        "EPREUVE(S) FACULTATIVE(S)", [line for line in printed_lines if not line.mandatory]
    )
    if event.is_certified_online:
        blocks.append(_validation(event))
    else:
        blocks.append(sheet.Signature(CERTIFICATION, _BOXES))
    name = DocumentType.CONFIRMATION.label
    return sheet.candidature_sheet(
        event, letterhead, name, blocks, title=content.title, with_version=True
    )


def _validation(event: RegistrationSaved) -> sheet.Paragraphs:
    """Say what stands in the place of the signature where the candidate validates online."""
    if event.validated_at is None:
        return sheet.Paragraphs(
            ("Cette inscription n'est pas encore validée.",), heading="Validation en ligne"
        )
    instant = french.short_instant(datetime.fromisoformat(event.validated_at))
    text = f"{CERTIFICATION} Validée en ligne le {instant} (heure de Paris) par le candidat."
    return sheet.Paragraphs((text,), heading="Validation en ligne")


def _identity(event: RegistrationSaved) -> sheet.Fields:
    content = event.confirmation
    identity = event.identity
    born = french.short_date(date.fromisoformat(identity.date_naissance))
    fixed_line, mobile = (
        sheet.telephone(number) if number else "" for number in (content.telephone, content.mobile)
    )
    rows: list[sheet.Row] = [
        (
            (sheet.Field("Nom d'usage", identity.nom_usage or ""),),
            (sheet.Field("Nationalité", content.nationalite),),
        ),
        ((sheet.Field("Né(e) le", born),), (sheet.Field("A", content.birthplace),)),
        (
            (sheet.Field("Tél", fixed_line), sheet.Field("Tél. mobile", mobile)),
            (sheet.Field("Mél", identity.email),),
        ),
    ]
    rows += sheet.filled_rows(
        ("VAE", sheet.yes_no(content.vae) if content.vae or content.forme else None),
        ("Etablissement", content.etablissement),
        ("Catégorie du Candidat", content.categorie),
        ("Aménagement d'épreuve demandé au titre du handicap", sheet.yes_no(content.handicap)),
        ("Diplôme possédé", content.diplome),
    )
    return sheet.Fields(tuple(rows), heading="Identité et situation du candidat")


def _qualification(content: Confirmation) -> list[sheet.Fields]:
    rows = sheet.filled_rows(("Spécialité", content.specialite))
    if content.forme is not None:
        previous_year = sheet.Field("Déjà présenté en", content.deja_presente or "")
        rows.append(((sheet.Field("Forme de passage", content.forme),), (previous_year,)))
    return [sheet.Fields(tuple(rows), heading="Qualification présentée")] if rows else []


def _epreuves_table(caption: str, lines: list[EpreuveLine]) -> list[sheet.Table]:
    if not lines:
        return []
    rows = tuple((_epreuve(line), line.unit or "", *_position_and_mode(line)) for line in lines)
    return [sheet.Table(caption, _COLUMNS, rows, _WIDTHS)]


def _epreuve(line: EpreuveLine) -> str:
    """« E2 - Langue vivante 1 - Anglais », « ... E4-A - Étude de cas »"""
    texts = [line.code, line.label, *([line.option] if line.option else [])]
    return ("... " if line.parent else "") + " - ".join(texts)


def _position_and_mode(line: EpreuveLine) -> tuple[str, str]:
    """Return the last two cells of an épreuve. A kept mark follows its position."""
    if line.position == "non_inscrit":  # pages write « Non Inscrit »
        return "Non inscrit", ""
    position = line.position_label
    if line.mark:
        position = f"{position} : {line.mark}/20"
    return position, line.mode_label or ""
