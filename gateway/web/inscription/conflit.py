"""Two windows wrote the same tab: both texts are shown where they differ, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from gateway import visitor
from gateway.clients.drafts import Tab
from gateway.clients.forms import Values
from gateway.components.posted import WORDS
from gateway.pages import page
from gateway.services import services
from services.chassis.errors import DomainError


def conflict_page(
    draft_id: str, number: int, values: Values, refusal: DomainError, assertion: str
) -> ResponseReturnValue:
    token = visitor.required().access_token
    tab = services().registrations.tab(token, draft_id, number, assertion)
    theirs: Values = refusal.extra.get("theirs") or {}
    return page(
        "inscription/templates/conflit.html",
        status=409,
        active="inscription",
        draft=tab.draft,
        number=number,
        values=[(name, value) for name, texts in values.items() for value in _listed(texts)],
        revision=refusal.extra.get("revision", tab.revision),
        yours=differing_lines(tab, values, theirs),
        theirs=differing_lines(tab, theirs, values),
    )


def differing_lines(tab: Tab, shown: Values, other: Values) -> list[dict[str, Any]]:
    """Label and text of each field in which `shown` differs from `other`."""
    fields, shown, other = fields_of(tab), _told(shown), _told(other)
    names = [name for name in {**shown, **other} if fields.get(name, {}).get("type") != "hidden"]
    return [
        {"label": fields.get(name, {}).get("label", name), "value": _read(fields.get(name, {}), shown.get(name, ""))}
        for name in names
        if shown.get(name, "") != other.get(name, "")
    ]


def _told(values: Values) -> Values:
    """By field, the words of a search where nothing is chosen yet."""
    chosen = {name: value for name, value in values.items() if not name.endswith(WORDS)}
    words = {name.removesuffix(WORDS): value for name, value in values.items() if name.endswith(WORDS)}
    return chosen | {name: value for name, value in words.items() if not chosen.get(name)}


def fields_of(tab: Tab) -> dict[str, dict[str, Any]]:
    """By name: those of the form, and those of the épreuves."""
    of_epreuves = [field for epreuve in tab.epreuves or () for field in (epreuve.position, epreuve.option) if field]
    return {field["name"]: field for field in (*tab.fields, *of_epreuves)}


def _read(field: Mapping[str, Any], texts: str | list[str]) -> list[str]:
    """What was chosen or typed, as people read it: the words of an option rather than its code."""
    words = {option["value"]: option["label"] for option in field.get("options") or ()}
    if field.get("type") == "yes_no":
        words |= {"oui": "Oui", "non": "Non"}
    if field.get("display") and isinstance(field.get("value"), str):
        words[field["value"]] = field["display"]
    return [words.get(text, text) for text in _listed(texts) if text]


def _listed(texts: str | list[str]) -> list[str]:
    return texts if isinstance(texts, list) else [texts]
