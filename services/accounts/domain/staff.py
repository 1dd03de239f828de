"""Staff: their roles, and what a role or a tool's token may do, and how recovery codes of the
second factor are written."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from services.chassis.errors import Invalid
from services.contracts.account_rules import CATALOGUE_SCOPE, OWN_ACCOUNT_SCOPE
from services.reference import academies as known_academies

_ACADEMIE_SCOPES = (
    "pieces:read",
    "pieces:control",
    "candidatures:read",
    "candidatures:manage",
    "documents:publish",
)
SCOPES = (*_ACADEMIE_SCOPES, "candidates:correct", "staff:manage", "openings:manage", "audit:read")
_SCOPES_BY_ROLE = {
    "consultation": frozenset(("pieces:read", "candidatures:read")),
    "gestionnaire": frozenset(_ACADEMIE_SCOPES),
    "administrateur": frozenset(SCOPES),
}
"""accounts does not know a candidate's académies: a gestionnaire, who is limited to some, may not
correct a civil status."""

RECOVERY_CODES = 10
"""Codes of a set."""
RECOVERY_CODE_LENGTH = 16
RECOVERY_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Without I, O, 0 and 1, which are mistaken for each other on paper. A sign is five random bits: at
this length a fast hash is enough for what is stored."""
_GROUP = 4


class Role(StrEnum):
    """Whoever consults, and a gestionnaire, are limited to académies; an administrateur is not."""

    CONSULTATION = "consultation"
    GESTIONNAIRE = "gestionnaire"
    ADMINISTRATEUR = "administrateur"


def share_an_academie(academies: Collection[str] | None, others: Collection[str] | None) -> bool:
    """Tell whether two members of staff may see the same candidates; None: every académie."""
    return academies is None or others is None or not set(academies).isdisjoint(others)


def scopes_of(role: str) -> frozenset[str]:
    """Return what this role may do; nothing for an unknown role."""
    return _SCOPES_BY_ROLE.get(role, frozenset())


def session_scopes(role: str) -> frozenset[str]:
    """Return what this role may do in a browser's session."""
    return (
        scopes_of(role)
        | {OWN_ACCOUNT_SCOPE}
        | ({CATALOGUE_SCOPE} if role == Role.ADMINISTRATEUR else set())
    )


def checked_scopes(scopes: Iterable[str]) -> list[str]:
    """Return the scopes sorted, without repetition. Raises Invalid naming the unknown ones, or for
    none at all."""
    requested = sorted(set(scopes))
    unknown = [scope for scope in requested if scope not in SCOPES]
    if unknown or not requested:
        detail = f"Portées admises : {', '.join(SCOPES)}." + (
            f" Inconnues : {', '.join(unknown)}." if unknown else ""
        )
        raise Invalid.in_field("scopes", detail)
    return requested


def checked_academies(role: str, academies: Iterable[str]) -> list[str] | None:
    """Return the académies that a role is limited to, None (all) for an administrateur. Raises
    Invalid."""
    requested = sorted(set(academies))
    if role == Role.ADMINISTRATEUR:
        if requested:
            raise Invalid.in_field(
                "academies",
                "Un administrateur a accès à toutes les académies : n'en indiquez aucune.",
            )
        return None
    if not requested:
        raise Invalid.in_field("academies", "Indiquez au moins une académie pour ce profil.")
    if unknown := sorted(set(requested) - {known.code for known in known_academies.all()}):
        raise Invalid.in_field("academies", f"Codes d'académie inconnus : {', '.join(unknown)}.")
    return requested


def displayed_recovery_code(code: str) -> str:
    """Return a code in groups, as people write it: « ABCD-EFGH-JKLM-NPQR »."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def read_recovery_code(typed: str) -> str | None:
    """Return the code as it was made, whatever case, blanks and hyphens were typed; None for what
    cannot be a code."""
    code = "".join(typed.upper().split()).replace("-", "")
    return (
        code if len(code) == RECOVERY_CODE_LENGTH and set(code) <= set(RECOVERY_ALPHABET) else None
    )
