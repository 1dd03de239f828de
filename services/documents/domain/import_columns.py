"""The columns of the CSV of each type of document, with what a model of it holds.

A candidate has a line for each épreuve or measure; what concerns the whole document is repeated on each.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.contracts.document_rules import NUMERO_LENGTH_IN_WORDS, DocumentType

INSCRIPTION_LENGTH, INSCRIPTION_LENGTH_IN_WORDS = 3, "trois chiffres"
"""Of a N° d'inscription, with its zeros."""
HIGHEST_MARK, HIGHEST_COEFFICIENT = Decimal(20), Decimal(100)


class Kind(StrEnum):
    """What a cell holds (cell_values.py)."""

    NUMERO_CANDIDAT = "numero_candidat"
    NUMERO_INSCRIPTION = "numero_inscription"
    TEXT = "text"
    DATE = "date"
    TIME = "time"
    MARK = "mark"
    COEFFICIENT = "coefficient"


@dataclass(frozen=True)
class Column:
    """`label` heads the column, as it is written in the first line of the file. `max_length` in characters, which
    `hint_template` may name. `examples`: the cells of the model's lines. `whole_document`: the same on every line of a
    candidate."""

    name: str
    label: str
    kind: Kind
    hint_template: str
    examples: tuple[str, str]
    required: bool = True
    max_length: int = 120
    whole_document: bool = False

    @property
    def hint(self) -> str:
        """What people read of the column, beside its label."""
        return self.hint_template.format(max_length=self.max_length)


NUMERO_CANDIDAT = Column(
    "numero_candidat",
    "N° candidat",
    Kind.NUMERO_CANDIDAT,
    NUMERO_LENGTH_IN_WORDS.capitalize(),
    ("02103000001", "02103000001"),
)
NUMERO_INSCRIPTION = Column(
    "numero_inscription",
    "N° inscription",
    Kind.NUMERO_INSCRIPTION,
    f"{INSCRIPTION_LENGTH_IN_WORDS.capitalize()} ; seulement si un candidat a plusieurs candidatures à cette session",
    ("001", "001"),
    required=False,
    whole_document=True,
)
_CANDIDATE = (NUMERO_CANDIDAT, NUMERO_INSCRIPTION)
_EPREUVE = Column(
    "epreuve",
    "Epreuve",
    Kind.TEXT,
    "Son intitulé, {max_length} caractères au plus",
    ("E1 - Culture générale et expression", "E2 - Langue vivante 1 : Anglais"),
)

COLUMNS: dict[DocumentType, tuple[Column, ...]] = {
    DocumentType.CONVOCATION: (
        *_CANDIDATE,
        _EPREUVE,
        Column("date", "Date", Kind.DATE, "jj/mm/aaaa", ("12/05/2022", "13/05/2022")),
        Column("heure", "Heure", Kind.TIME, "14:00 ou 14h00, heure du lieu de l'épreuve", ("14:00", "08:30")),
        Column("duree", "Durée", Kind.TEXT, "{max_length} caractères au plus", ("4 h", "20 min"), False, 20),
        Column(
            "lieu",
            "Lieu",
            Kind.TEXT,
            "Centre et adresse, {max_length} caractères au plus",
            ("Lycée Pergaud, 91 boulevard Léon Blum, 25000 BESANCON", "Lycée Pergaud, 25000 BESANCON"),
            max_length=200,
        ),
        Column("salle", "Salle", Kind.TEXT, "{max_length} caractères au plus", ("B 204", "C 12"), False, 40),
    ),
    DocumentType.RELEVE: (
        *_CANDIDATE,
        _EPREUVE,
        Column(
            "note",
            "Note",
            Kind.MARK,
            f"De 0 à {HIGHEST_MARK}, avec deux décimales au plus ; ABS : absent, DISP : dispensé",
            ("12,5", "ABS"),
        ),
        Column("coefficient", "Coefficient", Kind.COEFFICIENT, f"Plus de 0, {HIGHEST_COEFFICIENT} au plus", ("3", "2")),
        Column(
            "resultat",
            "Résultat",
            Kind.TEXT,
            "Le même sur toutes les lignes d'un candidat, {max_length} caractères au plus",
            ("Admis", "Admis"),
            required=False,
            max_length=80,
            whole_document=True,
        ),
    ),
    DocumentType.AMENAGEMENTS: (
        *_CANDIDATE,
        Column(
            "mesure",
            "Mesure",
            Kind.TEXT,
            "L'aménagement accordé, {max_length} caractères au plus",
            ("Temps majoré d'un tiers", "Sujets en gros caractères"),
            max_length=300,
        ),
        Column(
            "epreuves",
            "Epreuves concernées",
            Kind.TEXT,
            "{max_length} caractères au plus ; toutes si la cellule est vide",
            ("Epreuves écrites", ""),
            required=False,
            max_length=200,
        ),
    ),
}
"""The types that can be made from a CSV."""

# Two lines of a candidate with the same cells here speak of the same thing.
KEYS: dict[DocumentType, tuple[str, ...]] = {
    DocumentType.CONVOCATION: ("epreuve",),
    DocumentType.RELEVE: ("epreuve",),
    DocumentType.AMENAGEMENTS: ("mesure", "epreuves"),
}


def model_lines(document_type: DocumentType) -> tuple[tuple[str, ...], ...]:
    """The cells of a model of that type's CSV: the headings, then two lines."""
    columns = COLUMNS[document_type]
    examples = (tuple(column.examples[place] for column in columns) for place in range(2))
    return (tuple(column.label for column in columns), *examples)
