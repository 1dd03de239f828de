"""The documents that gestionnaires publish: paragraphs under the candidature's head, and from a table convocation,
relevé de notes, mesures d'aménagements.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from services.chassis import french
from services.contracts.document_rules import DocumentType
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.import_columns import HIGHEST_MARK, without_line
from services.documents.rendering import sheet


def notice(
    event: RegistrationSaved, name: str, title: str, paragraphs: tuple[str, ...], letterhead: sheet.Letterhead
) -> sheet.Sheet:
    """`name` is the document type's label; `title` is printed on top in capitals."""
    rows = sheet.filled_rows(("Spécialité", event.confirmation.specialite))
    candidature = [sheet.Fields(tuple(rows), heading="Candidature")] if rows else []
    return sheet.candidature_sheet(
        event, letterhead, name, (*candidature, sheet.Paragraphs(paragraphs)), title=title.upper()
    )


Line = Mapping[str, str]
_EVERY_EPREUVE = "Toutes les épreuves"
NO_MARK = "note non communiquée"


def published_sheet(
    event: RegistrationSaved,
    name: str,
    type: str,
    title: str,
    paragraphs: tuple[str, ...],
    lines: Sequence[Line],
    letterhead: sheet.Letterhead,
) -> sheet.Sheet:
    """A document with `paragraphs` above what `lines` (by the names of the columns) say; without lines, a notice.
    `name`: the label of the type."""
    if not lines:
        return notice(event, name, title, paragraphs, letterhead)
    text = [sheet.Paragraphs(paragraphs)] if paragraphs else []
    blocks = (_candidature(event), *text, *_BLOCKS[DocumentType(type)](lines, event))
    return sheet.candidature_sheet(event, letterhead, name, blocks, title=title.upper())


def _candidature(event: RegistrationSaved) -> sheet.Fields:
    rows = sheet.filled_rows(
        ("Né(e) le", french.short_date(date.fromisoformat(event.identity.date_naissance))),
        ("Spécialité", event.confirmation.specialite),
        ("Etablissement", event.confirmation.etablissement),
    )
    return sheet.Fields(tuple(rows), heading="Candidature")


def _convocation(lines: Sequence[Line], _event: RegistrationSaved) -> list[sheet.Block]:
    """In the order of days and hours. Hours are those of the place: some centres are overseas."""
    in_order = sorted(lines, key=lambda line: (line["date"], line["heure"]))
    rows = tuple((line["epreuve"], _day(line["date"]), _hour(line), _place(line)) for line in in_order)
    columns = ("Epreuve", "Date", "Heure (locale)", "Lieu")
    return [sheet.Table("EPREUVES", columns, rows, (31, 18, 20, 31))]


def _releve(lines: Sequence[Line], event: RegistrationSaved) -> list[sheet.Block]:
    """What is sat without a mark is named: who reads it would take the rest for the whole."""
    rows = [(line["epreuve"], _mark(line["note"]), line["coefficient"]) for line in lines]
    missing = without_line((line["epreuve"] for line in lines), event.epreuves)
    rows += [(title, NO_MARK, "-") for title in missing]
    table = sheet.Table("EPREUVES", ("Epreuve", "Note", "Coefficient"), tuple(rows), (64, 18, 18))
    result = lines[0].get("resultat")
    return [table, sheet.Banner(f"Résultat : {result}")] if result else [table]


def _amenagements(lines: Sequence[Line], _event: RegistrationSaved) -> list[sheet.Block]:
    rows = tuple((line["mesure"], line.get("epreuves") or _EVERY_EPREUVE) for line in lines)
    return [sheet.Table("MESURES ACCORDEES", ("Mesure", "Epreuves concernées"), rows, (58, 42))]


def _day(day: str) -> str:
    return french.weekday_date(date.fromisoformat(day))


def _hour(line: Line) -> str:
    duration = line.get("duree")
    hour = line["heure"].replace(":", " h ")
    return f"{hour} (durée : {duration})" if duration else hour


def _place(line: Line) -> str:
    room = line.get("salle")
    return f"{line['lieu']} - salle {room}" if room else line["lieu"]


def _mark(mark: str) -> str:
    return f"{mark}/{HIGHEST_MARK}" if mark[:1].isdigit() else mark


_BLOCKS: dict[DocumentType, Callable[[Sequence[Line], RegistrationSaved], list[sheet.Block]]] = {
    DocumentType.CONVOCATION: _convocation,
    DocumentType.RELEVE: _releve,
    DocumentType.AMENAGEMENTS: _amenagements,
}
