"""« Journal »: who did what to whom, before and after, in every service, the newest first; for
administrators."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from gateway import access
from gateway.posted_forms import typed_number
from gateway.service_clients import SERVICE_LABELS
from gateway.sessions import staff_member
from gateway.web.gestion import blueprint
from gateway.web.gestion.lists import (
    address_query,
    filters_of_address,
    filters_query,
    name_of,
    read_list,
    refuse_errors,
    render_list,
    typed_filters,
)
from gateway.web.gestion.pieces import ALL
from services.chassis.errors import DomainError, NotFound, Unavailable
from services.contracts.api.audit import (
    ENTRIES,
    AuditEntries,
    AuditEntry,
    export_entries,
    list_entries,
)
from services.contracts.api.team import Member, list_members
from services.contracts.audit_labels import ACTION_LABELS, ACTOR_LABELS, readable_changes
from services.contracts.candidate_numbers import NUMERO_CANDIDAT_LENGTH

SERVICE_NAMES = {
    "accounts": "comptes",
    "registrations": "inscriptions",
    "documents": "documents",
    "pieces": "justificatifs",
}
ENTRIES_OF_A_PAGE = 50
UNKNOWN_PAGE = "Cette suite du journal n'existe pas : revenez à son début."
ACCOUNT_ACTS = ("account_opened", "activation_resent", "identity_corrected")
_ID = re.compile(rb"\b[0-9a-f]{32}\b")
_NO_PART_OF_A_CELL = re.compile(r"^[^\w]+|[;\"\s]+")


class JournalPage(NamedTuple):
    """`cursor`: for the page that follows, None after the last; `missing`: services that do not
    answer."""

    entries: list[AuditEntry]
    cursor: str | None
    missing: list[str]


NO_ENTRIES = JournalPage([], None, [])


@blueprint.get("/journal", who=access.staff("audit:read"))
def show_journal() -> ResponseReturnValue:
    shown = filters_of_address(ENTRIES)
    cursor = request.args.get("suite")
    page = read_list(
        ENTRIES, shown, lambda: _read_entries(cursor, filters_query(ENTRIES, shown)), NO_ENTRIES
    )
    names = {member.id: name_of(member) for member in _everybody()}
    return render_list(
        "gestion/templates/journal.html",
        ENTRIES,
        shown,
        {
            "qui": [
                {"value": member_id, "label": name}
                for member_id, name in sorted(names.items(), key=_by_name)
            ],
            "acte": [
                {"value": code, "label": label}
                for code, label in sorted(ACTION_LABELS.items(), key=_by_name)
            ],
        },
        entries=page.entries,
        cells=_cells(names),
        missing=[SERVICE_LABELS[service] for service in page.missing],
        services=SERVICE_NAMES,
        next_query=address_query(ENTRIES, shown, suite=page.cursor) if page.cursor else None,
    )


def _read_entries(cursor: str | None, filters: Mapping[str, str]) -> JournalPage:
    """One page of the entries of all services put together. The cursor holds of each the id below
    which it goes on (None: from the newest), without those that have no more."""
    positions = _positions(cursor) if cursor else dict.fromkeys(SERVICE_NAMES)
    pages: dict[str, AuditEntries] = {}
    for service, before in positions.items():
        query = {**filters, "limit": str(ENTRIES_OF_A_PAGE), "before": before}
        with suppress(Unavailable):
            pages[service] = staff_member.call(list_entries(query=query), at=service)
    entries = [(service, entry) for service, page in pages.items() for entry in page.entries]
    shown = sorted(entries, key=lambda item: (item[1].at, item[1].id), reverse=True)[
        :ENTRIES_OF_A_PAGE
    ]
    following = {}
    for service, page in pages.items():
        ids = [entry.id for of, entry in shown if of == service]
        if len(ids) < len(page.entries) or page.next_before is not None:
            following[service] = min(ids, default=positions[service])
    missing = [service for service in positions if service not in pages]
    return JournalPage(
        [entry for _, entry in shown], json.dumps(following) if following else None, missing
    )


def _positions(cursor: str) -> dict[str, int | None]:
    """Raises DomainError for what no page of ours holds."""
    try:
        positions = json.loads(cursor)
    except (ValueError, RecursionError):
        raise DomainError(UNKNOWN_PAGE) from None
    is_ours = isinstance(positions, dict) and positions.keys() <= SERVICE_NAMES.keys()
    if not is_ours or not all(isinstance(place, int | None) for place in positions.values()):
        raise DomainError(UNKNOWN_PAGE)
    return positions


@blueprint.post("/journal", who=access.staff("audit:read"))
def filter_journal() -> ResponseReturnValue:
    """Leads to the acts whose filters were posted; a N° candidat is taken in either field."""
    typed = typed_filters(ENTRIES, request.form)
    subject = typed_number(typed.get("objet", ""))
    if len(subject) == NUMERO_CANDIDAT_LENGTH and subject.isdecimal():
        typed["numero"] = typed.pop("objet")
    if "numero" in typed:
        typed["numero"] = typed_number(typed["numero"])
    return redirect(f"{url_for('gestion.show_journal')}?{address_query(ENTRIES, typed)}", code=303)


@blueprint.get("/journal/<service>.csv", who=access.staff("audit:read"))
def export_journal(service: str) -> ResponseReturnValue:
    """The acts of one service that the address's filters give, to their end, with the names of
    staff."""
    shown = filters_of_address(ENTRIES)
    if service not in SERVICE_NAMES:
        raise NotFound()
    refuse_errors(ENTRIES, shown)
    query = filters_query(ENTRIES, shown)
    names = {
        member.id.encode(): _NO_PART_OF_A_CELL.sub(" ", name_of(member)).encode()
        for member in _everybody()
    }
    response = staff_member.stream(export_entries(query=query), at=service)
    response.response = _with_names(response.iter_encoded(), names)
    response.headers["Content-Disposition"] = f"attachment; filename=journal-{service}.csv"
    return response


def _with_names(chunks: Iterable[bytes], names: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """A CSV as it comes, with names in place of these ids; a line that is cut waits for its
    rest."""
    rest = b""
    for chunk in chunks:
        whole, end, rest = (rest + chunk).rpartition(b"\n")
        yield _ID.sub(lambda id: names.get(id[0], id[0]), whole + end)
    yield rest


def _everybody() -> Iterator[Member]:
    """Who has or had an account of staff."""
    cursor: str | None = ""
    while cursor is not None:
        page = staff_member.call(list_members(query={"cursor": cursor}))
        yield from page.items
        cursor = page.next_cursor


def _cells(names: Mapping[str, str]) -> dict[str, Callable[[AuditEntry], str]]:
    """What the page shows otherwise than the CSV, by heading. `names`: of staff, by id."""
    return {
        "Par": lambda entry: names.get(entry.actor_id) or _not_of_staff(entry),
        "Objet": lambda entry: _subject(entry, names),
        "Changements": lambda entry: (
            Markup("<br>").join(readable_changes(entry.before, entry.after)) or "-"
        ),
    }


def _not_of_staff(entry: AuditEntry) -> str:
    return (
        f"{ACTOR_LABELS.get(entry.actor_kind)} {SERVICE_NAMES.get(entry.actor_id, entry.actor_id)}"
    )


def _subject(entry: AuditEntry, names: Mapping[str, str]) -> str:
    """With a link to its page where it has one."""
    if entry.action.startswith(("candidature.", "correction.", "note.")):
        address = url_for("gestion.show_candidature", candidature_id=entry.subject)
    elif entry.action.startswith(("piece.", "deposit.")):
        address = url_for("gestion.show_piece", piece_id=entry.subject, statut=ALL)
    elif entry.action in ACCOUNT_ACTS:
        return Markup('<a href="{}">Compte</a>').format(
            url_for("gestion.show_account", account_id=entry.subject)
        )
    elif entry.numero_candidat and entry.action.startswith("document."):
        address = url_for("gestion.open_document", document_id=entry.subject)
    else:
        return names.get(entry.subject, entry.subject)
    link = Markup('<a href="{}">{}</a>').format(address, entry.numero_candidat or entry.subject)
    return Markup("{}<br>{}").format(link, entry.subject_label) if entry.subject_label else link


def _by_name(item: tuple[str, str]) -> str:
    return item[1].casefold()
