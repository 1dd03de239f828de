"""The fields of a tab of a draft, which pages complete before they show them."""

from typing import Any, cast

from services.contracts.api import drafts as api


def form_fields(tab: api.Tab) -> list[dict[str, Any]]:
    """Of all sections of its form, in their order."""
    sections = tab.form["sections"] if tab.form else []
    return [cast(dict[str, Any], field) for section in sections for field in section["fields"]]


def fields_by_name(tab: api.Tab) -> dict[str, dict[str, Any]]:
    """The fields of the form, and those of the épreuves."""
    of_epreuves = [field for epreuve in tab.epreuves or () for field in (epreuve.position, epreuve.option) if field]
    return {field["name"]: field for field in (*form_fields(tab), *cast(list[dict[str, Any]], of_epreuves))}
