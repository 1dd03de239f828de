"""The page for a tab that two windows wrote: shows the differing fields with both values; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from gateway.clients.form_values import Values
from gateway.components.posted_searches import WORDS_SUFFIX
from gateway.pages import render_page
from gateway.web.inscription.tabs import fields_by_name, read_tab
from services.chassis.errors import DomainError
from services.contracts.api.drafts import Tab


def conflict_page(
    draft_id: str, number: int, values: Values, refusal: DomainError, assertion: str
) -> ResponseReturnValue:
    tab = read_tab(draft_id, number, assertion)
    saved_values: Values = refusal.extra.get("theirs") or {}
    return render_page(
        "inscription/templates/conflit.html",
        status=409,
        active="inscription",
        draft=tab.draft,
        number=number,
        values=[(name, value) for name, texts in values.items() for value in _as_list(texts)],
        revision=refusal.extra.get("revision", tab.revision),
        posted_lines=differing_lines(tab, values, saved_values),
        saved_lines=differing_lines(tab, saved_values, values),
    )


def differing_lines(tab: Tab, shown: Values, other: Values) -> list[dict[str, Any]]:
    """{"label", "value"} of each field in which `shown` differs from `other`."""
    fields, shown, other = fields_by_name(tab), _words_where_nothing_chosen(shown), _words_where_nothing_chosen(other)
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
    words = {name.removesuffix(WORDS_SUFFIX): value for name, value in values.items() if name.endswith(WORDS_SUFFIX)}
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
