"""The position, option and mode of each épreuve, from the forme de passage, the acquis and what was
chosen."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.reference.text import folded
from services.registrations.domain.acquis import KeptUnit
from services.registrations.domain.epreuve_structure import FACULTATIVE, Role, Structure
from services.registrations.domain.exam_definition import Epreuve, Exam
from services.registrations.domain.forms import OUI, TabAnswers

INSCRIT = "inscrit"
NON_INSCRIT = "non_inscrit"
BENEFICE = "benefice"
REPORT = "report"
DISPENSE = "dispense"
POSITIONS: Mapping[str, str] = {
    INSCRIT: "Inscrit",
    NON_INSCRIT: "Non Inscrit",
    BENEFICE: "Bénéfice",
    REPORT: "Report",
    DISPENSE: "Dispensé",
}
MODES: Mapping[str, str] = {"ponctuel": "Ponctuel", "ccf": "Contrôle en cours de formation (CCF)"}
ANY_REGIME = "*"  # key of an épreuve's modes where the regime makes no difference
# formes de passage (D643-14)
GLOBALE = "globale"
PROGRESSIVE = "progressive"
FORMES = {GLOBALE: "Globale", PROGRESSIVE: "Progressive"}
SUBJECT_TO = "sous réserve de l'accord du recteur"


@dataclass(frozen=True)
class Formes:
    """The forme de passage `chosen`, the one `wished` by dérogation; `final` is the one that
    applies."""

    chosen: str | None
    derogation: bool
    wished: str | None

    @property
    def final(self) -> str | None:
        """Chosen form, or the wished one, subject to the recteur's agreement (D643-22)."""
        return self.wished if self.derogation else self.chosen

    def final_label(self) -> str:
        label = FORMES.get(self.final or "", "")
        return f"{label} ({SUBJECT_TO})" if label and self.derogation else label


def formes_of_typed(typed: TabAnswers) -> Formes:
    chosen = typed.text("forme")
    wished = typed.text("forme_souhaitee")
    return Formes(
        chosen=chosen if chosen in FORMES else None,
        derogation=typed.text("derogation") == OUI,
        wished=wished if wished in FORMES else None,
    )


@dataclass(frozen=True)
class ChosenEpreuve:
    epreuve: Epreuve
    role: Role
    position: str
    choosable: bool  # the candidate picks between inscrit and non inscrit
    option: str | None  # key in the épreuve's list of options
    option_label: (
        str | None
    )  # None also if the épreuve's own label ends with it: « Langue vivante : Anglais »
    mode: str | None
    kept_mark: Decimal | None
    posted_position: str  # allowed or not

    @property
    def mandatory(self) -> bool:
        return self.epreuve.kind != FACULTATIVE

    @property
    def position_label(self) -> str:
        return POSITIONS[self.position]

    @property
    def mode_label(self) -> str | None:
        return MODES.get(self.mode) if self.mode else None


@dataclass(frozen=True)
class EpreuveResolver:
    """Computes position, option and mode of each épreuve. `typed` has « position-EF1 », «
    option-EF1 »."""

    exam: Exam
    structure: Structure
    typed: TabAnswers
    forme: str | None  # the final one
    kept_units: Mapping[str, KeptUnit]
    regime: (
        str | None
    )  # of evaluation (K12): the category's, another where the establishment is habilité for CCF

    def resolve_all(self) -> tuple[ChosenEpreuve, ...]:
        return tuple(map(self._chosen, self.structure.epreuves))

    def _chosen(self, epreuve: Epreuve) -> ChosenEpreuve:
        role = self.structure.role(epreuve)
        position = self._position(epreuve)
        option = self._option(epreuve) if position == INSCRIT else None
        unit = self._kept_unit(epreuve)
        return ChosenEpreuve(
            epreuve=epreuve,
            role=role,
            position=position,
            choosable=role is Role.LEAF and unit is None and self._is_free(epreuve),
            option=option[0] if option else None,
            option_label=option[1]
            if option and not folded(epreuve.label).endswith(folded(option[1]))
            else None,
            mode=self._mode(epreuve)
            if position == INSCRIT and role is not Role.MAITRESSE
            else None,
            kept_mark=unit.mark if unit else None,
            posted_position=self.typed.text(f"position-{epreuve.code}"),
        )

    def _kept_unit(self, epreuve: Epreuve) -> KeptUnit | None:
        return self.kept_units.get(epreuve.code) if self.structure.is_keepable(epreuve) else None

    def _is_free(self, epreuve: Epreuve) -> bool:
        return epreuve.kind == FACULTATIVE or self.forme == PROGRESSIVE

    def _position(self, epreuve: Epreuve) -> str:
        role = self.structure.role(epreuve)
        if role is Role.MAITRESSE:  # K11: inscrit if one of its units is; kept only if all are
            positions = {self._position(child) for child in self.structure.children(epreuve.code)}
            return next(
                one
                for one in (INSCRIT, NON_INSCRIT, REPORT, BENEFICE, DISPENSE)
                if one in positions
            )
        if role is Role.FOLLOWER and (parent := self.structure.epreuve(epreuve.parent or "")):
            return self._position(parent)
        if unit := self._kept_unit(epreuve):
            return unit.position
        return self._typed_position(epreuve)

    def _typed_position(self, epreuve: Epreuve) -> str:
        default = NON_INSCRIT if epreuve.kind == FACULTATIVE else INSCRIT
        if not self._is_free(epreuve):
            return default
        typed = self.typed.text(f"position-{epreuve.code}")
        return typed if typed in (INSCRIT, NON_INSCRIT) else default

    def _option(self, epreuve: Epreuve) -> tuple[str, str] | None:
        """Key and label of the chosen one, if it is in the list; of the only one of a list that has
        one."""
        source = self.structure.epreuve(epreuve.options_of) if epreuve.options_of else epreuve
        choices = option_choices(self.exam, source) if source else ()
        typed = self.typed.text(f"option-{source.code}") if source else ""
        return next((choice for choice in choices if choice[0] == typed or len(choices) == 1), None)

    def _mode(self, epreuve: Epreuve) -> str | None:
        """K12 (D643-19): by the regime that the category and the establishment give."""
        return epreuve.modes.get(self.regime or ANY_REGIME) or epreuve.modes.get(ANY_REGIME)


def option_choices(exam: Exam, epreuve: Epreuve) -> tuple[tuple[str, str], ...]:
    """(key, label) of the options that an épreuve offers; none where it has no choice."""
    if not epreuve.options:
        return ()
    items = exam.lists.get(epreuve.options, ())
    return tuple(
        (item.key, item.label) for item in items if item.key not in epreuve.excluded_options
    )
