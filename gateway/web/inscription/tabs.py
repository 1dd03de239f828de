"""A tab of a draft: read, written, and its fields, which pages complete before they show them."""

from __future__ import annotations

from typing import Any, cast

from gateway.posted_forms import Values
from gateway.service_clients import clients
from gateway.sessions import visitor
from services.contracts.api import drafts as api


def read_tab(draft_id: str, number: int, assertion: str) -> api.Tab:
    """`assertion`: the identity as accounts signs it."""
    return clients().registrations.call(
        api.read_tab, visitor.access_token(), headers={"X-Identity": assertion}, draft_id=draft_id, number=number
    )


def store_tab(
    draft_id: str, number: int, *, revision: int, values: Values, action: str, assertion: str | None = None
) -> api.Going:
    """`action` is one of TAB_ACTIONS. A refusal with status 422 has kept the values and says the new revision. Without
    `assertion` the draft keeps the identity that it has."""
    return clients().registrations.call(
        api.write_tab,
        visitor.access_token(),
        headers={"X-Identity": assertion} if assertion else {},
        body={"revision": revision, "values": values, "action": action},
        draft_id=draft_id,
        number=number,
    )


def form_fields(tab: api.Tab) -> list[dict[str, Any]]:
    """Of all sections of its form, in their order."""
    sections = tab.form["sections"] if tab.form else []
    return [cast(dict[str, Any], field) for section in sections for field in section["fields"]]


def fields_by_name(tab: api.Tab) -> dict[str, dict[str, Any]]:
    """The fields of the form, and those of the épreuves."""
    of_epreuves = [field for epreuve in tab.epreuves or () for field in (epreuve.position, epreuve.option) if field]
    return {field["name"]: field for field in (*form_fields(tab), *cast(list[dict[str, Any]], of_epreuves))}
