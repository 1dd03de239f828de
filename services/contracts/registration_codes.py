"""Codes of openings, drafts and candidatures that registrations, its callers and the gateway exchange."""

from __future__ import annotations

from enum import StrEnum


class WindowState(StrEnum):
    """Of a period of registration, at an instant."""

    OPEN = "open"
    NOT_YET = "not_yet"
    CLOSED = "closed"


class Purpose(StrEnum):
    """What the openings are picked for."""

    CONSULT = "consult"  # « Ouverture des services »: all openings until their session closes
    REGISTER = "register"  # « M'inscrire »: only openings that are open


OTHER_CANDIDATURE = "other_candidature"
OBSTACLES = (WindowState.NOT_YET.value, WindowState.CLOSED.value, OTHER_CANDIDATURE)
"""Why a draft cannot be transmitted now."""
TAB_STATES = ("done", "current", "todo")
TAB_ACTIONS = NEXT, PREVIOUS, STAY = "next", "previous", "stay"
"""Where to go once a tab is written."""
CANDIDATURE_STATES = ACTIVE, WITHDRAWN, ECARTEE = "active", "withdrawn", "ecartee"
CANDIDATURE_STATE_LABELS = {ACTIVE: "Active", WITHDRAWN: "Désinscrite", ECARTEE: "Écartée"}
LIST_ORDERS = BY_ID, BY_NAME = "id", "name"
"""What candidatures are listed by: an id changes for none, so that who reads all pages misses none."""
SEVERITIES = ("info", "warning", "error")
"""How grave a message of the home page is, the least first; those that the design system's alerts have.

The gateway has French words of each: `components/alert.html` for readers, `web/gestion/annonces.py` for writers. A
constraint of the table `messages` names them: another needs a migration.
"""
