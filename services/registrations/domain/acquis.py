"""The acquis that a candidate declares: four boxes, each with a year, an académie and the units to
be kept.

A box is open when ticked. A unit is kept when its checkbox « à conserver » is ticked; unticked, it
is sat again. The page ticks the units that may be kept, for the candidate to untick (guide §5.4),
and posts which units it showed and which it had ticked: a unit that the page ticked and whose mark
is too low is sat again, whereas one that the candidate ticked is refused with the reason. Answers
without these two lists (earlier pages, tools) mean exactly what was ticked.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.registrations.domain.epreuve_structure import Structure
from services.registrations.domain.exam_definition import Exam, Item, Specialite
from services.registrations.domain.forms import FORMATS, OUI, TabAnswers

PASS_MARK = Decimal(10)  # D643-15: a bénéfice from 10/20 on
TITLES = "acquis_titres"  # the named list of other diplomas
LISTS = SHOWN, PROPOSED = (
    "montrees",
    "proposees",
)  # parts of a box: the units that the page showed, and had ticked
PARTS_OF_UNITS = ("note", "annee", "garder")
ORIGIN_PARTS = (
    "annee",
    "academie",
    "specialite",
    "titre",
    "economie_droit",
)  # parts of a box: origin of the units


class Box(StrEnum):
    """The four boxes in the guide's order; their values are those of the fact « acquis »."""

    MEME = "meme_bts"
    AUTRE = "autre_bts"
    DIPLOME = "diplome"
    VAE = "vae"

    @property
    def has_marks(self) -> bool:
        return self in (Box.MEME, Box.AUTRE)


@dataclass(frozen=True)
class KeptUnit:
    """A unit to be kept. `mark` is None where the box has no marks, or where what was typed is
    none. `year` is that typed beside the mark, else the box's; None where it is not a year."""

    box: Box
    code: str  # of the épreuve
    mark: Decimal | None
    mark_typed: str
    year: int | None

    @property
    def position(self) -> str:
        if not self.box.has_marks:
            return "dispense"
        return "report" if self.mark is not None and self.mark < PASS_MARK else "benefice"


@dataclass(frozen=True)
class DeclaredBox:
    """An open box."""

    box: Box
    year: int | None
    academie: str
    specialite: Specialite | None  # of « un autre BTS », obtained or not
    title: Item | None  # of « un autre diplôme »
    law_unit: bool  # that diploma came with a validated economics-law unit
    kept_units: tuple[KeptUnit, ...]
    sat_again: tuple[KeptUnit, ...] = ()  # units that have a mark and are not kept

    @property
    def years(self) -> list[int]:
        """Of all its sessions, in order."""
        units = (unit.year for unit in (*self.kept_units, *self.sat_again))
        return sorted({year for year in (self.year, *units) if year})


def field(box: Box, part: str, code: str | None = None) -> str:
    """The name of a form field of a box: « meme_bts-annee », « meme_bts-note-E1 »."""
    return f"{box.value}-{part}" + (f"-{code}" if code else "")


def read(
    typed: TabAnswers, exam: Exam, structure: Structure, *, reports: bool
) -> tuple[DeclaredBox, ...]:
    """The open boxes. What cannot be read (a year, a mark) is None; the tab's check reports it.
    `reports`: whether a mark below the pass mark may be kept, as in the progressive form."""
    return tuple(
        _declared(box, typed, exam, structure, reports) for box in Box if typed.is_ticked(box.value)
    )


def mark(text: str) -> Decimal | None:
    """A mark out of 20 as typed, « 12,5 » or « 12.5 »; None if it is not one."""
    return Decimal(text.replace(",", ".")) if FORMATS["note"].fits(text) else None


def mark_label(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")


def year(text: str) -> int | None:
    return int(text) if FORMATS["annee"].fits(text) else None


def _declared(
    box: Box, typed: TabAnswers, exam: Exam, structure: Structure, reports: bool
) -> DeclaredBox:
    units = tuple(_unit(box, typed, epreuve.code) for epreuve in structure.epreuves)
    kept_units = tuple(unit for unit in units if _is_kept(unit, typed, reports))
    return DeclaredBox(
        box=box,
        year=year(typed.text(field(box, "annee"))),
        academie=typed.text(field(box, "academie")),
        specialite=exam.specialite(typed.text(field(box, "specialite"))),
        title=exam.item(TITLES, typed.text(field(box, "titre"))),
        law_unit=typed.text(field(box, "economie_droit")) == OUI,
        kept_units=kept_units,
        sat_again=tuple(unit for unit in units if unit.mark is not None and unit not in kept_units),
    )


def _unit(box: Box, typed: TabAnswers, code: str) -> KeptUnit:
    text = typed.text(field(box, "note", code)) if box.has_marks else ""
    own_year = typed.text(field(box, "annee", code)) if box.has_marks else ""
    return KeptUnit(box, code, mark(text), text, year(own_year or typed.text(field(box, "annee"))))


def is_shown_as_kept(typed: TabAnswers, declared: DeclaredBox, code: str) -> bool:
    """Whether the page ticks the unit: as the candidate left it, or as a proposal when it is shown
    for the first time; never of a VAE: only the candidate knows which ones its jury validated."""
    box = declared.box
    if typed.is_ticked(field(box, "garder", code)):
        return code not in [unit.code for unit in declared.sat_again]
    if box is Box.VAE or code in codes(typed, box, SHOWN):
        return False
    if box.has_marks:
        return not typed.is_answered(field(box, "note", code))
    return field(box, SHOWN) in typed.values or not any(
        typed.is_answered(field(box, part)) for part in ORIGIN_PARTS
    )


def codes(typed: TabAnswers, box: Box, part: str) -> tuple[str, ...]:
    """The codes of units in a list that the page posted (SHOWN or PROPOSED)."""
    return tuple(typed.text(field(box, part)).split())


def _is_kept(unit: KeptUnit, typed: TabAnswers, reports: bool) -> bool:
    if not typed.is_ticked(field(unit.box, "garder", unit.code)):
        return False
    if not unit.box.has_marks or unit.code not in codes(typed, unit.box, PROPOSED):
        return True
    if unit.mark is None:
        return (
            unit.mark_typed != ""
        )  # what is not a mark is reported; an empty field declares nothing
    return reports or unit.mark >= PASS_MARK
