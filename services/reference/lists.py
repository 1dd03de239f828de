"""Lists of what has a code: countries and nationalities, départements, catégories
socio-professionnelles."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, Protocol, TypeVar

from services.reference import Content, read_json

FRANCE = "100"
_FEMININE_CIVILITES = frozenset({"MADAME", "MADEMOISELLE"})


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _MaybeFormer(_Coded, Protocol):
    @property
    def historical(self) -> bool: ...


Entry = TypeVar("Entry", bound=_Coded)
DatedEntry = TypeVar("DatedEntry", bound=_MaybeFormer)


class CodeList(Generic[Entry]):
    """The entries of a file of `data/`, in its order."""

    def __init__(self, file: str, entries_of: Callable[[Content], Iterable[Entry]]) -> None:
        self._file = file
        self._entries_of = entries_of

    @cached_property
    def _by_code(self) -> dict[str, Entry]:
        return {entry.code: entry for entry in self._entries_of(read_json(self._file))}

    def all(self) -> tuple[Entry, ...]:
        """Return every entry, former ones included."""
        return tuple(self._by_code.values())

    def proposed(self) -> tuple[Entry, ...]:
        """Return the entries that a list offers."""
        return self.all()

    def by_code(self, code: str) -> Entry | None:
        """Return the entry of this code, a former one too (someone may have been born in a former
        country)."""
        return self._by_code.get(code)


class ListWithFormerEntries(CodeList[DatedEntry]):
    """A list that also holds what no longer exists, for those whom it was written of."""

    def proposed(self) -> tuple[DatedEntry, ...]:
        """Return the entries that exist today."""
        return tuple(entry for entry in self.all() if not entry.historical)


@dataclass(frozen=True, slots=True)
class Pays:
    """A country of birth or of residence, by the code of the Éducation nationale."""

    code: str
    label: str  # in capitals, as the portal shows it: « FRANCE (DONT OUTRE-MER) »
    historical: bool

    @property
    def is_france(self) -> bool:
        return self.code == FRANCE


@dataclass(frozen=True, slots=True)
class Nationalite:
    """A nationality, by the code of its country, in the gender that the civilité asks for."""

    code: str
    masculine: str  # « Français »
    feminine: str  # « Française », also what agrees with the word « nationalité » on documents

    def label(self, civilite: str) -> str:
        """The form for a civilité of the account form, « MONSIEUR » or « MADAME »."""
        return self.feminine if civilite.upper() in _FEMININE_CIVILITES else self.masculine


@dataclass(frozen=True, slots=True)
class Departement:
    """A département, a DOM or a COM; the code has three characters (014, 02A, 971), as the portal
    lists them."""

    code: str
    insee: str  # 14, 2A, 971
    name: str  # « Calvados »
    complement: str  # « du Calvados », after a noun
    label: str  # « 014 - CALVADOS »
    academie: (
        str | None
    )  # two-digit code; of no académie but a vice-rectorat for some COM, None for the TAAF


@dataclass(frozen=True, slots=True)
class Csp:
    """A category of the PCS 2003 of INSEE, asked of the candidate or a legal representative."""

    code: str
    label: str
    group: str  # label of its group, for an <optgroup>; empty where there is none
    historical: bool  # conscripts, for one, no longer exist


pays = ListWithFormerEntries(
    "pays.json",
    lambda content: (
        Pays(row["code"], row["libelle"], row.get("historique", False)) for row in content["pays"]
    ),
)
"""FRANCE first and the rest by label."""
nationalites = CodeList(
    "nationalites.json",
    lambda content: (
        Nationalite(row["code"], row["masculin"], row["feminin"]) for row in content["nationalites"]
    ),
)
"""The French one, the others by masculine label, stateless (998) and other (999) at the end."""
departements = CodeList(
    "departements.json",
    lambda content: (
        Departement(
            row["code"],
            row["insee"],
            row["nom"],
            row["complement"],
            row["libelle"],
            row["academie"],
        )
        for row in content["departements"]
    ),
)
csp = ListWithFormerEntries(
    "csp.json",
    lambda content: (
        Csp(
            row["code"],
            row["libelle"],
            content["groupes"].get(row["groupe"], ""),
            row.get("historique", False),
        )
        for row in content["csp"]
    ),
)


def nationality_label(code: str, civilite: str) -> str:
    """Return « Français » or « Française » for code 100; an empty text for an unknown code."""
    nationalite = nationalites.by_code(code)
    return nationalite.label(civilite) if nationalite else ""
