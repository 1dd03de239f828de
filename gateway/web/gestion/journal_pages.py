"""The entries of several services put together, the newest first, page by page."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.chassis.errors import DomainError, Unavailable
from services.contracts.api.audit import AuditEntries, AuditEntry

ENTRIES_OF_A_PAGE = 50
ReadPage = Callable[[str, int | None], AuditEntries]
"""The page of a service whose entries have ids below the second argument (None: the newest)."""


@dataclass(frozen=True)
class ServiceEntry:
    service: str
    entry: AuditEntry


@dataclass(frozen=True)
class JournalPage:
    """`cursor`: for the page that follows, None after the last; `missing`: services that do not answer."""

    entries: tuple[ServiceEntry, ...]
    cursor: str | None
    missing: tuple[str, ...]


def read_journal(services: Iterable[str], cursor: str | None, read: ReadPage) -> JournalPage:
    """One page of these services. Raises what `read` raises, but for Unavailable."""
    positions: dict[str, int | None] = _decoded(cursor) if cursor else dict.fromkeys(services)
    pages, missing = {}, []
    for service, before in positions.items():
        try:
            pages[service] = read(service, before)
        except Unavailable:
            missing.append(service)
    newest_first = sorted(
        (ServiceEntry(service, entry) for service, page in pages.items() for entry in page.entries),
        key=lambda item: (item.entry.at, item.entry.id),
        reverse=True,
    )
    shown = newest_first[:ENTRIES_OF_A_PAGE]
    following = _following(positions, pages, shown)
    return JournalPage(tuple(shown), json.dumps(following) if following else None, tuple(missing))


def _following(
    positions: Mapping[str, int | None], pages: Mapping[str, AuditEntries], shown: list[ServiceEntry]
) -> dict[str, int | None]:
    """Where each service's part goes on, without those that have no more entries."""
    following: dict[str, int | None] = {}
    for service, page in pages.items():
        of_service = [item.entry.id for item in shown if item.service == service]
        if len(of_service) < len(page.entries) or page.next_before is not None:
            following[service] = min(of_service) if of_service else positions[service]
    return following


def _decoded(cursor: str) -> dict[str, int | None]:
    """Raises DomainError for what this module did not write."""
    try:
        positions = json.loads(cursor)
    except (ValueError, RecursionError):
        positions = None
    if not isinstance(positions, dict) or not all(isinstance(place, int | None) for place in positions.values()):
        raise DomainError("Cette suite du journal n'existe pas : revenez à son début.")
    return positions
