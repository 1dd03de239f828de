"""Page of a refusal that no change in the tab can resolve: the reason, next steps, and what could not be saved."""

from __future__ import annotations

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.clients.form_values import Values
from gateway.pages import render_page
from gateway.web.inscription.conflit import differing_lines
from gateway.web.inscription.tabs import fields_by_name
from services.chassis.errors import DomainError
from services.contracts import page_labels, problem_types
from services.contracts.api.drafts import Tab

DRAFT_ALREADY_SAVED = problem_types.DRAFT_SAVED.slug
OTHER_CANDIDATURE, OTHER_DRAFT = problem_types.CANDIDATURE_EXISTS.slug, problem_types.OTHER_DRAFT.slug
FINAL_REFUSALS = (DRAFT_ALREADY_SAVED, OTHER_CANDIDATURE)
"""Refusals that no change in the tab can resolve."""


def refusal_page(
    refusal: DomainError, *, draft_id: str | None = None, tab: Tab | None = None, values: Values | None = None
) -> ResponseReturnValue:
    """`draft_id` is the draft that cannot be saved; `values` were typed into its `tab`.

    Raises refusals that are not due to the candidate's choices or to the date (other statuses than 403 and 409).
    """
    if refusal.http_status not in (403, 409):
        raise refusal
    return render_page(
        "inscription/templates/refus.html",
        status=refusal.http_status,
        active="inscriptions",
        refusal=refusal,
        contact=refusal.extra.get("contact"),
        next_steps=_next_steps(refusal, draft_id),
        unsaved_lines=differing_lines(tab, values, _saved_values(tab)) if tab and values else [],
    )


def _next_steps(refusal: DomainError, draft_id: str | None) -> list[dict[str, str]]:
    """Links to go on with: {"label", "url"}, the most useful first."""
    steps = []
    if candidature := refusal.extra.get("candidature_id"):
        steps.append(("Voir ma candidature", url_for("inscription.show", candidature_id=candidature)))
        if refusal.slug == OTHER_CANDIDATURE:
            withdrawal = url_for("inscription.ask_withdrawal", candidature_id=candidature)
            steps.append(("Me désinscrire de cette candidature", withdrawal))
    if refusal.slug == OTHER_CANDIDATURE and draft_id:
        steps.append(("Abandonner ce brouillon", url_for("inscription.ask_abandon", draft_id=draft_id)))
    if other := refusal.extra.get("draft_id"):
        steps.append(("Reprendre l'autre brouillon", url_for("inscription.show_tab", draft_id=other, number=1)))
    steps.append((page_labels.REGISTRATIONS, url_for("inscription.list_mine")))
    return [{"label": label, "url": url} for label, url in steps]


def _saved_values(tab: Tab) -> Values:
    return {name: field.get("value") or "" for name, field in fields_by_name(tab).items()}
