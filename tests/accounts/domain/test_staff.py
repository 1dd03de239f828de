"""What staff may do."""

from __future__ import annotations

import pytest

from services.accounts.domain.staff import (
    CATALOGUE_MANAGE,
    Role,
    checked_academies,
    checked_scopes,
    scopes_of,
    session_scopes,
)
from services.chassis.errors import Invalid

KNOWN = ("03", "15", "20")


def test_a_gestionnaire_is_limited_to_known_academies() -> None:
    assert checked_academies(Role.GESTIONNAIRE, ["15", "03", "03"], KNOWN) == ["03", "15"]
    for wrong in ([], ["99"]):
        with pytest.raises(Invalid):
            checked_academies(Role.GESTIONNAIRE, wrong, KNOWN)


def test_an_administrateur_has_them_all() -> None:
    assert checked_academies(Role.ADMINISTRATEUR, [], KNOWN) is None
    with pytest.raises(Invalid):
        checked_academies(Role.ADMINISTRATEUR, ["03"], KNOWN)


def test_unknown_scopes_are_named() -> None:
    with pytest.raises(Invalid, match="pieces:delete"):
        checked_scopes(["pieces:read", "pieces:delete"])
    with pytest.raises(Invalid):
        checked_scopes([])


def test_an_unknown_role_may_do_nothing() -> None:
    assert scopes_of("directeur") == frozenset()
    assert "candidates:correct" not in scopes_of(Role.GESTIONNAIRE)
    assert "candidates:correct" in scopes_of(Role.ADMINISTRATEUR)


def test_the_catalogue_is_of_administrateurs_in_a_browser_and_of_no_token() -> None:
    assert CATALOGUE_MANAGE in session_scopes("administrateur")
    assert CATALOGUE_MANAGE not in session_scopes("gestionnaire")
    with pytest.raises(Invalid):
        checked_scopes([CATALOGUE_MANAGE])
