"""« Journal »: who did what to whom, before and after, in every service; for administrators."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import request
from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.file_streaming import streamed_response
from gateway.pages import render_page
from gateway.posted_forms import posted_text
from gateway.service_clients import SERVICE_LABELS, clients
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.audit_labels import ACTION_LABELS, ACTOR_LABELS, VALUE_LABELS
from gateway.web.gestion.journal_pages import ENTRIES_OF_A_PAGE, ServiceEntry, read_journal
from gateway.web.gestion.names_from_accounts import name_of
from gateway.web.gestion.typed_instants import DAY_EXPECTED, read_day
from services.chassis.clock import PARIS
from services.chassis.errors import DomainError, NotFound
from services.chassis.french import short_instant
from services.contracts.api.audit import AuditEntries, export_entries, list_entries
from services.contracts.api.team import Member, list_members
from services.contracts.piece_rules import STATUS_LABELS

ACTIVE_MENU_KEY = "journal"
AUDITED_SERVICES = tuple(SERVICE_LABELS)
SERVICE_NAMES = {
    "accounts": "comptes",
    "registrations": "inscriptions",
    "documents": "documents",
    "pieces": "justificatifs",
}
TEXT_FILTERS = {"qui": "actor", "objet": "subject", "acte": "action"}
DAY_FILTERS = ("du", "au")
PIECE_ACTS = ("piece.controlled", "deposit.opened", "deposit.loaded_ahead")
"""Acts whose subject is a piece."""
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T[\d:.]+\+00:00")


@blueprint.get("/journal")
@access.staff("audit:read")
def show_journal() -> ResponseReturnValue:
    token = staff_member.access_token()
    shown = _shown_filters()
    errors = _day_errors(shown)
    filters = _api_filters(shown)

    def read(service: str, before: int | None) -> AuditEntries:
        if service not in AUDITED_SERVICES:
            raise DomainError("Cette suite du journal n'existe pas : revenez à son début.")
        return clients().for_staff[service].call(list_entries, token, query={**filters, "before": before})

    page = None if errors else read_journal(AUDITED_SERVICES, request.args.get("suite"), read)
    names = {member.id: name_of(member) for member in _everybody(token)}
    return render_page(
        "gestion/templates/journal.html",
        status=422 if errors else 200,
        active=ACTIVE_MENU_KEY,
        shown=shown,
        errors=errors,
        entries=[_line(item, names) for item in page.entries] if page else [],
        missing=[SERVICE_LABELS[service] for service in page.missing] if page else [],
        query=urlencode(shown),
        services={service: SERVICE_NAMES[service] for service in AUDITED_SERVICES},
        next_query=urlencode({**shown, "suite": page.cursor}) if page and page.cursor else None,
        staff_options=[{"value": member_id, "label": name} for member_id, name in sorted(names.items(), key=_by_name)],
        action_options=[{"value": code, "label": label} for code, label in sorted(ACTION_LABELS.items(), key=_by_name)],
    )


@blueprint.get("/journal/<service>.csv")
@access.staff("audit:read")
def export_journal(service: str) -> ResponseReturnValue:
    """The acts of one service that the address's filters give, to their end."""
    shown = _shown_filters()
    if service not in AUDITED_SERVICES or _day_errors(shown):
        raise NotFound()
    filters = {name: value for name, value in _api_filters(shown).items() if name != "limit"}
    answer = clients().for_staff[service].stream(export_entries, staff_member.access_token(), query=filters)
    response = streamed_response(answer)
    response.headers["Content-Disposition"] = f"attachment; filename=journal-{service}.csv"
    return response


def _everybody(token: str) -> Iterator[Member]:
    """Who has or had an account of staff."""
    cursor: str | None = ""
    while cursor is not None:
        page = clients().staff_accounts.call(list_members, token, query={"cursor": cursor})
        yield from page.items
        cursor = page.next_cursor


def _shown_filters() -> dict[str, str]:
    """The filters of the address, by the names that the page gives them."""
    texts = {name: posted_text(name, request.args) for name in (*TEXT_FILTERS, *DAY_FILTERS, "candidats")}
    return {name: text for name, text in texts.items() if text}


def _day_errors(shown: Mapping[str, str]) -> list[dict[str, str]]:
    wrong = (name for name in DAY_FILTERS if name in shown and not _day(shown[name]))
    return [{"pointer": f"#/{name}", "detail": DAY_EXPECTED} for name in wrong]


def _api_filters(shown: Mapping[str, str]) -> dict[str, str]:
    """The query of `GET /v1/audit` for the filters of the address."""
    filters = {"limit": str(ENTRIES_OF_A_PAGE)}
    filters |= {api_name: shown[name][:64] for name, api_name in TEXT_FILTERS.items() if name in shown}
    if shown.get("candidats"):
        filters["everybody"] = "true"
    if first_day := _day(shown.get("du", "")):
        filters["since"] = first_day.isoformat()
    if last_day := _day(shown.get("au", "")):
        filters["until"] = (last_day + timedelta(days=1)).isoformat()
    return filters


def _line(item: ServiceEntry, names: Mapping[str, str]) -> dict[str, Any]:
    entry = item.entry
    kind = ACTOR_LABELS.get(entry.actor_kind, entry.actor_kind)
    return {
        "at": entry.at,
        "who": names.get(entry.actor_id) or f"{kind} {entry.actor_id}",
        "action": ACTION_LABELS.get(entry.action, entry.action),
        "subject": names.get(entry.subject, entry.subject),
        "candidature": entry.subject if entry.action.startswith(("candidature.", "note.")) else None,
        "piece": entry.subject if entry.action in PIECE_ACTS else None,
        "before": _shown(entry.before),
        "after": _shown(entry.after),
        "address": entry.address,
    }


def _shown(values: Mapping[str, Any] | None) -> list[str]:
    """« motif : Panne », a line each."""
    return [f"{label} : {text}" for label, text in _labelled(values or {})]


def _labelled(values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    return ((VALUE_LABELS.get(name, name), _text(value)) for name, value in values.items() if value is not None)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if isinstance(value, dict):
        return ", ".join(f"{label} {text}" for label, text in _labelled(value))
    if isinstance(value, bool):
        return "oui" if value else "non"
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    return (
        short_instant(datetime.fromisoformat(value)) if _INSTANT.fullmatch(value) else STATUS_LABELS.get(value, value)
    )


def _day(text: str) -> datetime | None:
    """The midnight at which that day begins in Paris."""
    day = read_day(text)
    return datetime.combine(day, time(), tzinfo=PARIS) if day else None


def _by_name(item: tuple[str, str]) -> str:
    return item[1].casefold()
