"""What cannot be done at all is a page of its own, with what can be done instead and what was typed in vain."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.clients.drafts import Tab
from gateway.clients.forms import Values
from gateway.pages import page
from gateway.web.inscription.conflit import differing_lines, fields_of
from services.chassis.errors import DomainError
from services.contracts import problem_types

SAVED, OTHER_CANDIDATURE = problem_types.DRAFT_SAVED.slug, problem_types.CANDIDATURE_EXISTS.slug
OTHER_DRAFT = problem_types.OTHER_DRAFT.slug
FINAL = (SAVED, OTHER_CANDIDATURE)
"""Nothing that can be changed in the tab would help."""


def refusal_page(
    refusal: DomainError, *, draft_id: str | None = None, tab: Tab | None = None, values: Values | None = None
) -> ResponseReturnValue:
    """`draft_id` is the draft that stays without effect; `values` were typed into its `tab`.

    Raises the refusal where it is none of what a candidate chose or the hour.
    """
    if refusal.http_status not in (403, 409):
        raise refusal
    return page(
        "inscription/templates/refus.html",
        status=refusal.http_status,
        active="inscriptions",
        refusal=refusal,
        contact=refusal.extra.get("contact"),
        ways=_ways(refusal, draft_id),
        lost=differing_lines(tab, values, _held(tab)) if tab and values else [],
    )


def _ways(refusal: DomainError, draft_id: str | None) -> list[dict[str, str]]:
    """Where to go from here: label and address, the most useful first."""
    ways = []
    if candidature := refusal.extra.get("candidature_id"):
        ways.append(("Voir ma candidature", url_for("inscription.show", candidature_id=candidature)))
        if refusal.slug == OTHER_CANDIDATURE:
            withdrawal = url_for("inscription.ask_withdrawal", candidature_id=candidature)
            ways.append(("Me désinscrire de cette candidature", withdrawal))
    if refusal.slug == OTHER_CANDIDATURE and draft_id:
        ways.append(("Abandonner ce brouillon", url_for("inscription.ask_abandon", draft_id=draft_id)))
    if other := refusal.extra.get("draft_id"):
        ways.append(("Reprendre l'autre brouillon", url_for("inscription.show_tab", draft_id=other, number=1)))
    ways.append(("Mes inscriptions", url_for("inscription.mine")))
    return [{"label": label, "url": url} for label, url in ways]


def _held(tab: Tab) -> Values:
    return {name: field.get("value") or "" for name, field in fields_of(tab).items()}
