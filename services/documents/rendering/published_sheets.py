"""The documents that gestionnaires publish: paragraphs under the candidature's head, and from a
table convocation, relevé de notes, mesures d'aménagements."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from services import french
from services.contracts.document_rules import DocumentType
from services.contracts.registrations import RegistrationSaved
from services.documents.domain.import_columns import HIGHEST_MARK, without_line
from services.documents.rendering import sheet

Line = Mapping[str, str]
_EVERY_EPREUVE = "Toutes les épreuves"
NO_MARK = "note non communiquée"


def published_sheet(
    event: RegistrationSaved,
    name: str,
    title: str,
    paragraphs: Sequence[str],
    letterhead: sheet.Letterhead,
    type: str = "",
    lines: Sequence[Line] = (),
) -> sheet.Sheet:
    """Put together a document with `paragraphs` above what `lines` (by the names of the columns of
    `type`) say; without lines, a notice.

    `name`: the label of the type; `title` is printed on top in capitals.
    """
    born = french.short_date(date.fromisoformat(event.identity.date_naissance)) if lines else None
    etablissement = event.confirmation.etablissement if lines else None
    specialite = event.confirmation.specialite
    rows = sheet.filled_rows(
        ("Né(e) le", born), ("Spécialité", specialite), ("Etablissement", etablissement)
    )
    blocks: list[sheet.Block] = []
    if rows:
        blocks.append(sheet.Fields(tuple(rows), heading="Candidature"))
    if paragraphs:
        blocks.append(sheet.Paragraphs(tuple(paragraphs)))
    if lines:
        blocks += _BLOCKS[DocumentType(type)](lines, event)
    return sheet.candidature_sheet(event, letterhead, name, blocks, title=title.upper())


def _convocation(lines: Sequence[Line], _event: RegistrationSaved) -> list[sheet.Block]:
    """List the épreuves by day and hour. Hours are those of the place: some centres are
    overseas."""
    in_order = sorted(lines, key=lambda line: (line["date"], line["heure"]))
    rows = tuple(
        (line["epreuve"], _day(line["date"]), _hour(line), _place(line)) for line in in_order
    )
    columns = ("Epreuve", "Date", "Heure (locale)", "Lieu")
    return [sheet.Table("EPREUVES", columns, rows, (31, 18, 20, 31))]


def _releve(lines: Sequence[Line], event: RegistrationSaved) -> list[sheet.Block]:
    """List the marks, and what is sat without one: who reads it would take the rest for the
    whole."""
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
