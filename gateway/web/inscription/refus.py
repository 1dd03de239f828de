"""Pages of a refusal that no change in the tab can resolve (the reason, next steps, what could not
be saved), and of a tab that two windows wrote (the differing fields with both values; nothing is
overwritten); the fields of a tab."""

from collections.abc import Mapping
from typing import Any, cast

from flask import url_for
from flask.typing import ResponseReturnValue

from gateway.pages import render_page
from gateway.posted_forms import WORDS_SUFFIX, Values, shown_on
from services.chassis.errors import DomainError
from services.contracts import page_labels, problem_types
from services.contracts.api.drafts import Tab

OTHER_CANDIDATURE = problem_types.CANDIDATURE_EXISTS.slug
FINAL_REFUSALS = (problem_types.DRAFT_SAVED.slug, OTHER_CANDIDATURE)
"""Refusals that no change in the tab can resolve."""


def refusal_page(
    refusal: DomainError,
    *,
    draft_id: str | None = None,
    tab: Tab | None = None,
    values: Values | None = None,
) -> ResponseReturnValue:
    """`draft_id` is the draft that cannot be saved; `values` were typed into its `tab`."""
    saved: Values = (
        {name: field.get("value") or "" for name, field in fields_by_name(tab).items()}
        if tab
        else {}
    )
    return render_page(
        "inscription/templates/refus.html",
        active="inscriptions",
        refusal=refusal,
        errors=(),
        contact=refusal.extra.get("contact"),
        next_steps=_next_steps(refusal, draft_id),
        unsaved_lines=differing_lines(fields_by_name(tab), values, saved) if tab and values else [],
    )


shows_refusals = shown_on(lambda refusal, **ids: refusal_page(refusal), 403, 409)
"""For views: those that are due to the candidate's choices or to the date, on a page of their
own."""


def _next_steps(refusal: DomainError, draft_id: str | None) -> list[dict[str, str]]:
    """Links to go on with: {"label", "url"}, the most useful first."""
    steps = []
    if candidature := refusal.extra.get("candidature_id"):
        steps.append(
            ("Voir ma candidature", url_for("inscription.show", candidature_id=candidature))
        )
        if refusal.slug == OTHER_CANDIDATURE:
            withdrawal = url_for("inscription.ask_withdrawal", candidature_id=candidature)
            steps.append(("Me désinscrire de cette candidature", withdrawal))
    if refusal.slug == OTHER_CANDIDATURE and draft_id:
        steps.append(
            ("Abandonner ce brouillon", url_for("inscription.ask_abandon", draft_id=draft_id))
        )
    if other := refusal.extra.get("draft_id"):
        steps.append(
            (
                "Reprendre l'autre brouillon",
                url_for("inscription.show_tab", draft_id=other, number=1),
            )
        )
    steps.append((page_labels.REGISTRATIONS, url_for("inscription.list_mine")))
    return [{"label": label, "url": url} for label, url in steps]


def conflict_page(
    tab: Tab, values: Values, refusal: DomainError, **context: Any
) -> ResponseReturnValue:
    saved_values: Values = refusal.extra.get("theirs") or {}
    return render_page(
        "inscription/templates/conflit.html",
        status=409,
        draft=tab.draft,
        values=[(name, value) for name, texts in values.items() for value in _as_list(texts)],
        revision=refusal.extra.get("revision", tab.revision),
        posted_lines=differing_lines(fields_by_name(tab), values, saved_values),
        saved_lines=differing_lines(fields_by_name(tab), saved_values, values),
        **context,
    )


def differing_lines(
    fields: Mapping[str, Mapping[str, Any]], shown: Values, other: Values
) -> list[dict[str, Any]]:
    """{"label", "value"} of each of the `fields`, by their names, in which `shown` differs from
    `other`."""
    shown = _words_where_nothing_chosen(shown)
    other = _words_where_nothing_chosen(other)
    names = [name for name in {**shown, **other} if fields.get(name, {}).get("type") != "hidden"]
    return [
        {
            "label": fields.get(name, {}).get("label", name),
            "value": _readable(fields.get(name, {}), shown.get(name, "")),
        }
        for name in names
        if shown.get(name, "") != other.get(name, "")
    ]


def _words_where_nothing_chosen(values: Values) -> Values:
    """By field name; of a search in which nothing is chosen yet, the words typed."""
    chosen = {name: value for name, value in values.items() if not name.endswith(WORDS_SUFFIX)}
    words = {
        name.removesuffix(WORDS_SUFFIX): value
        for name, value in values.items()
        if name.endswith(WORDS_SUFFIX)
    }
    return chosen | {name: value for name, value in words.items() if not chosen.get(name)}


def _readable(field: Mapping[str, Any], texts: str | list[str]) -> list[str]:
    """What was chosen or typed, for people: the label of an option rather than its code."""
    labels = {option["value"]: option["label"] for option in field.get("options") or ()}
    if field.get("type") == "yes_no":
        labels |= {"oui": "Oui", "non": "Non"}
    if field.get("display") and isinstance(field.get("value"), str):
        labels[field["value"]] = field["display"]
    return [labels.get(text, text) for text in _as_list(texts) if text]


def _as_list(texts: str | list[str]) -> list[str]:
    return texts if isinstance(texts, list) else [texts]


def form_fields(tab: Tab) -> list[dict[str, Any]]:
    """Of all sections of its form, in their order."""
    sections = tab.form["sections"] if tab.form else []
    return [cast(dict[str, Any], field) for section in sections for field in section["fields"]]


def fields_by_name(tab: Tab) -> dict[str, dict[str, Any]]:
    """The fields of the form, and those of the épreuves."""
    of_epreuves = [
        field
        for epreuve in tab.epreuves or ()
        for field in (epreuve.position, epreuve.option)
        if field
    ]
    return {
        field["name"]: field
        for field in (*form_fields(tab), *cast(list[dict[str, Any]], of_epreuves))
    }
