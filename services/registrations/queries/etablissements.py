"""Looks establishments up in their table, for the domain."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, bindparam, case, select
from sqlalchemy.orm import Session as DbSession

from services.reference.text import folded
from services.registrations.domain.etablissements import Etablissement, EtablissementSearch
from services.registrations.models import EtablissementRow

_ROWS = select(
    EtablissementRow.code,
    EtablissementRow.label,
    EtablissementRow.kind,
    EtablissementRow.departement,
    EtablissementRow.habilite_ccf,
)
_BY_CODE = _ROWS.where(EtablissementRow.code == bindparam("code"))


class DatabaseEtablissementDirectory:
    """An EtablissementDirectory over one database session; remembers what was looked up."""

    def __init__(self, session: DbSession) -> None:
        self._session = session
        self._known: dict[str, Etablissement | None] = {}
        self._searched: dict[EtablissementSearch, tuple[Etablissement, ...]] = {}

    def by_code(self, code: str) -> Etablissement | None:
        if code not in self._known:
            row = self._session.execute(_BY_CODE, {"code": code}).one_or_none()
            self._known[code] = _etablissement(row) if row else None
        return self._known[code]

    def search(self, search: EtablissementSearch) -> tuple[Etablissement, ...]:
        """Every typed word must be found; those of `near` come first, then labels that begin with what was typed."""
        if search not in self._searched:
            self._searched[search] = tuple(_etablissement(row) for row in self._session.execute(_statement(search)))
        return self._searched[search]


def _statement(search: EtablissementSearch) -> Select[*tuple[Any, ...]]:
    words = folded(search.typed).split()
    query = _ROWS
    for word in words:
        query = query.where(EtablissementRow.folded.contains(word, autoescape=True))
    if search.kinds:
        query = query.where(EtablissementRow.kind.in_(search.kinds))
    if search.departements:
        query = query.where(EtablissementRow.departement.in_(search.departements))
    begins = EtablissementRow.folded.startswith(" ".join(words), autoescape=True)
    if search.near:
        query = query.order_by(case((EtablissementRow.departement == search.near, 0), else_=1))
    return query.order_by(case((begins, 0), else_=1), EtablissementRow.label).limit(search.limit)


def _etablissement(row: Row[*tuple[Any, ...]]) -> Etablissement:
    return Etablissement(**row._mapping)
