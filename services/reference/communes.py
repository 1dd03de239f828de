"""Communes of today, delegated and associated ones, municipal arrondissements: searched within a
département.

The file has 37,590 rows, of which a process needs a few départements: rows stay text until their
département is asked for, and only the latest départements stay parsed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from typing import NamedTuple

from services.reference import DATA
from services.reference.text import capitals, folded, words

_SEPARATOR = ";"
# Twice the longest name of a commune; longer texts only cost time.
_MAX_TYPED_LENGTH = 100
MAX_PROPOSALS = 25
"""Of a search where the caller asks for no other number; holds Paris with its arrondissements."""
_ARTICLES = frozenset({"le", "la", "les", "l"})


class Kind(StrEnum):
    """The kinds of rows, in the letters of the file, ordered by which one wins where two share a
    name."""

    CURRENT = "A"
    ARRONDISSEMENT = "M"  # of Paris, Lyon and Marseille
    DELEGATED = "D"
    ASSOCIATED = "S"


@dataclass(frozen=True, slots=True)
class Commune:
    insee: str  # shared by a commune and the delegated ones that it grew from
    name: str  # « L'Haÿ-les-Roses »
    departement: str  # code of three characters
    postal_codes: tuple[str, ...]  # none for delegated and associated communes
    kind: Kind

    @property
    def label(self) -> str:
        """The name in unaccented capitals, as it is shown and stored: « L'HAY-LES-ROSES »."""
        return capitals(self.name)


class _Entry(NamedTuple):
    folded: str
    bare: str  # without its article, for « mans » and « havre »
    joined: str  # without spaces, for « labergement » and « lhay »
    commune: Commune


def of_departement(departement: str) -> tuple[Commune, ...]:
    """Return the communes of a département by name, each name once; empty for an unknown code."""
    return tuple(entry.commune for entry in _entries(departement))


def search(departement: str, typed: str, limit: int = MAX_PROPOSALS) -> tuple[Commune, ...]:
    """Return at most `limit` communes for what was typed, best first (`_rank`); nothing typed gives
    the first ones by name."""
    if len(typed) > _MAX_TYPED_LENGTH:
        return ()
    spellings = _spellings(typed)
    ranked = [(_rank(entry, spellings), entry.commune) for entry in _entries(departement)]
    matches = [(rank, commune) for rank, commune in ranked if rank is not None]
    matches.sort(key=lambda match: match[0])  # stable: by name within a rank
    return tuple(commune for _, commune in matches[: max(limit, 0)])


def exact(departement: str, typed: str) -> Commune | None:
    """Return the one commune of a département with this name, however it is spelt; None if there is
    none, or more than one."""
    if len(typed) > _MAX_TYPED_LENGTH:
        return None
    name = folded(typed)
    if not name:
        return None
    entries = _entries(departement)
    joined = name.replace(" ", "")
    matches = [entry.commune for entry in entries if entry.folded == name]
    matches = matches or [entry.commune for entry in entries if entry.joined == joined]
    return matches[0] if len(matches) == 1 else None


def by_postal_code(code: str) -> tuple[Commune, ...]:
    """Return the current communes that a postal code serves, by name; empty for CEDEX and unknown
    codes."""
    communes = [_commune(line) for line in _lines_by_postal_code().get(code.replace(" ", ""), ())]
    return tuple(sorted(communes, key=lambda commune: commune.label))


def _spellings(typed: str) -> tuple[str, ...]:
    """Return the spellings sought: folded, and with the last one as it stands (« st » may become «
    strasbourg »)."""
    *finished, last = words(typed) or [""]
    return tuple(dict.fromkeys((folded(typed), f"{folded(' '.join(finished))} {last}".strip())))


def _rank(entry: _Entry, spellings: tuple[str, ...]) -> int | None:
    """Return how well a name fits, 0 best, or None. Best are the names that are it, then those that
    begin so (with or without their article), then those with words that begin so, then those that
    do when spaces are left out."""
    if entry.folded in spellings or entry.bare in spellings:
        return 0
    if entry.folded.startswith(spellings) or entry.bare.startswith(spellings):
        return 1
    padded = f" {entry.folded}"
    if any(f" {spelling}" in padded for spelling in spellings):
        return 2
    if any(all(f" {word}" in padded for word in spelling.split()) for spelling in spellings):
        return 3
    return 4 if any(entry.joined.startswith(s.replace(" ", "")) for s in spellings) else None


@lru_cache(maxsize=32)
def _entries(departement: str) -> tuple[_Entry, ...]:
    communes = [_commune(line) for line in _lines_by_departement().get(departement, ())]
    entries = [_entry(commune) for commune in _each_name_once(communes)]
    return tuple(sorted(entries, key=lambda entry: _numbers_padded(entry.folded)))


def _entry(commune: Commune) -> _Entry:
    name = folded(commune.name)
    article, _, rest = name.partition(" ")
    return _Entry(name, rest if article in _ARTICLES else name, name.replace(" ", ""), commune)


def _each_name_once(communes: Iterable[Commune]) -> Iterable[Commune]:
    """One commune per name: a delegated commune often bears the name of the new one around it."""
    order = list(Kind)
    chosen: dict[str, Commune] = {}
    for commune in sorted(communes, key=lambda c: order.index(c.kind)):
        chosen.setdefault(folded(commune.name), commune)
    return chosen.values()


def _numbers_padded(key: str) -> str:
    """Puts « Paris 2e » before « Paris 10e »."""
    return " ".join(word.zfill(2) if word.isdigit() else word for word in key.split())


def _commune(line: str) -> Commune:
    insee, name, departement, postal_codes, kind = line.split(_SEPARATOR)
    return Commune(insee, name, departement, tuple(postal_codes.split()), Kind(kind))


@cache
def _lines_by_departement() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    with (DATA / "communes.csv").open(encoding="utf-8") as file:
        next(file)  # source
        next(file)  # names of the columns
        for line in file:
            lines[line.split(_SEPARATOR, 3)[2]].append(line.rstrip("\n"))
    return dict(lines)


@cache
def _lines_by_postal_code() -> dict[str, list[str]]:
    lines: dict[str, list[str]] = defaultdict(list)
    for line in (line for group in _lines_by_departement().values() for line in group):
        *_, postal_codes, kind = line.split(_SEPARATOR)
        if kind == Kind.CURRENT.value:
            for code in postal_codes.split():
                lines[code].append(line)
    return dict(lines)
