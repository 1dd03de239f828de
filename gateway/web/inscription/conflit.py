"""Two windows wrote the same tab: both texts are shown where they differ, nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask.typing import ResponseReturnValue

from gateway import visitor
from gateway.clients.forms import Values
from gateway.clients.registrations import Tab
from gateway.pages import page
from gateway.services import services
from services.chassis.errors import DomainError

HIDDEN_SUFFIXES = ("-texte", "-affiche")


def conflict_page(
    draft_id: str, number: int, values: Values, refusal: DomainError, assertion: str
) -> ResponseReturnValue:
    token = visitor.required().access_token
    draft = services().registrations.draft(token, draft_id)
    tab = services().registrations.tab(token, draft_id, number, assertion)
    theirs: Values = refusal.extra.get("theirs") or {}
    return page(
        "inscription/templates/conflit.html",
        status=409,
        active="inscription",
        draft=draft,
        number=number,
        values=[(name, value) for name, texts in values.items() for value in _listed(texts)],
        revision=refusal.extra.get("revision", draft.revision),
        yours=_lines(tab, values, theirs),
        theirs=_lines(tab, theirs, values),
    )


def _lines(tab: Tab, shown: Values, other: Values) -> list[dict[str, Any]]:
    """Label and text of each field in which `shown` differs from `other`."""
    fields = _fields(tab)
    names = [name for name in {**shown, **other} if not _is_hidden(name, fields.get(name, {}))]
    return [
        {"label": fields.get(name, {}).get("label", name), "value": _read(fields.get(name, {}), shown.get(name, ""))}
        for name in names
        if shown.get(name, "") != other.get(name, "")
    ]


def _is_hidden(name: str, field: Mapping[str, Any]) -> bool:
    """What the page sends along of itself: nobody typed it."""
    return name.endswith(HIDDEN_SUFFIXES) or field.get("type") == "hidden"


def _fields(tab: Tab) -> dict[str, dict[str, Any]]:
    fields = [field for section in (tab.form or {}).get("sections", ()) for field in section["fields"]]
    fields += [field for one in tab.epreuves or () for field in (one.position, one.option) if field]
    return {field["name"]: field for field in fields}


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
