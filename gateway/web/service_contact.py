"""The service gestionnaire's contact on top of a page, once there is a candidature (guide §4)."""

from __future__ import annotations

from collections.abc import Sequence

from gateway.clients.page_time_limit import optional_calls
from gateway.layout.frame import ServiceContact
from gateway.pages import put_contact
from gateway.service_clients import clients
from gateway.sessions import visitor
from services.chassis.errors import DomainError
from services.contracts.api.registrations import Tile, read_contact
from services.contracts.registrations import Contact


def show_contact_of_latest(tiles: Sequence[Tile]) -> None:
    """Of the latest of these candidatures, for a page that has read them anyway."""
    if tiles:
        _show(tiles[-1].contact)


def show_contact() -> None:
    """Asks registrations for it; nothing is shown without a candidature, nor while registrations does not answer."""
    candidate = visitor.current_if_accounts_answers()
    if candidate is None:
        return
    try:
        with optional_calls():
            contact = clients().registrations.call(read_contact, candidate.access_token).contact
    except DomainError:
        return
    _show(contact)


def _show(contact: Contact) -> None:
    put_contact(ServiceContact(contact.title, contact.lines, contact.telephone, contact.email))
