"""The service gestionnaire's contact on top of a page, once there is a candidature (guide §4)."""

from __future__ import annotations

from collections.abc import Sequence

from gateway import visitor
from gateway.clients.drafts import Contact
from gateway.clients.page_time import optional
from gateway.clients.registrations import Tile
from gateway.layout.frame import ServiceContact
from gateway.pages import show_contact
from gateway.services import services
from services.chassis.errors import DomainError


def show_service_of(tiles: Sequence[Tile]) -> None:
    """That of the latest candidature, where the page has read them anyway."""
    if tiles:
        _show(tiles[-1].contact)


def show_service_gestionnaire() -> None:
    """Nothing is shown without a candidature, nor while registrations does not answer."""
    seen = visitor.if_known()
    if seen is None:
        return
    try:
        with optional():
            contact = services().registrations.contact(seen.access_token)
    except DomainError:
        return
    _show(contact)


def _show(contact: Contact) -> None:
    show_contact(ServiceContact(contact.title, contact.lines, contact.telephone, contact.email))
