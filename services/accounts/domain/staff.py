"""Staff: their roles, and what a role or a tool's token may do."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from services.chassis.errors import FieldError, Invalid

PIECES_READ = "pieces:read"
PIECES_CONTROL = "pieces:control"
CANDIDATES_CORRECT = "candidates:correct"
CANDIDATURES_READ = "candidatures:read"
CANDIDATURES_MANAGE = "candidatures:manage"
DOCUMENTS_PUBLISH = "documents:publish"
STAFF_MANAGE = "staff:manage"
_OF_ACADEMIES = (PIECES_READ, PIECES_CONTROL, CANDIDATURES_READ, CANDIDATURES_MANAGE, DOCUMENTS_PUBLISH)
SCOPES = (*_OF_ACADEMIES, CANDIDATES_CORRECT, STAFF_MANAGE)
_OF_ROLE = {
    "gestionnaire": frozenset(_OF_ACADEMIES),
    "administrateur": frozenset(SCOPES),
}
"""Accounts do not know the académies of a candidate: who is limited to some may not correct a civil status here."""


REASON_LENGTHS = (3, 500)
"""Characters of what the trail keeps as the reason of an act, shortest and longest."""


class Role(StrEnum):
    """A gestionnaire is limited to académies; an administrateur is not."""

    GESTIONNAIRE = "gestionnaire"
    ADMINISTRATEUR = "administrateur"


def scopes_of(role: str) -> frozenset[str]:
    """What someone of this role may do; both check pieces, within their académies."""
    return _OF_ROLE.get(role, frozenset())


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Sorted, without repetition. Raises Invalid naming the unknown ones, or for none at all."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        detail = f"Portées admises : {', '.join(SCOPES)}." + (f" Inconnues : {', '.join(unknown)}." if unknown else "")
        raise Invalid(detail, errors=(FieldError("#/scopes", detail),))
    return wanted


def checked_academies(role: str, academies: Iterable[str], known: Iterable[str]) -> list[str] | None:
    """The académies of a gestionnaire, None (all) for an administrateur. Raises Invalid."""
    wanted = sorted(set(academies))
    if role == Role.ADMINISTRATEUR:
        if wanted:
            raise _refused("Un administrateur a accès à toutes les académies : n'en indiquez aucune.")
        return None
    if not wanted:
        raise _refused("Indiquez au moins une académie pour un gestionnaire.")
    if unknown := sorted(set(wanted) - set(known)):
        raise _refused(f"Codes d'académie inconnus : {', '.join(unknown)}.")
    return wanted


def _refused(detail: str) -> Invalid:
    return Invalid(detail, errors=(FieldError("#/academies", detail),))
