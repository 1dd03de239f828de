"""« Informations importantes »: the remaining actions of a candidate, from data of the four
services."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar

from flask import url_for

from gateway.clients.base import optional_answer
from gateway.components import closing_time
from gateway.service_clients import SERVICE_LABELS
from gateway.sessions import visitor
from gateway.web.shown_states import (
    is_over,
    late_pieces_sentence,
    may_be_validated,
    pieces_to_do_sentence,
)
from services.clock import portal_now
from services.contracts.api.documents import DocumentToRead, list_documents_to_read
from services.contracts.api.drafts import Draft
from services.contracts.api.own_account import MyAddresses, read_addresses
from services.contracts.api.pieces import PiecesToDo, list_pieces_to_do
from services.contracts.api.registrations import Ecartee, Tile, Withdrawn, list_mine
from services.contracts.page_labels import (
    ACCOUNT_FORM,
    DOCUMENTS,
    JUSTIFICATIFS,
    REGISTER,
    REGISTRATIONS,
    VALIDATE_REGISTRATION,
)
from services.french import short_date, time_left

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class ToDoItem:
    """`about`: for which candidature; `until`: the deadline, an exclusive end; `action`: the link's
    label."""

    text: str
    action: str
    url: str
    about: str | None = None
    until: datetime | None = None
    severity: str = "warning"

    @property
    def deadline(self) -> str | None:
        """« Jusqu'au 25/10/2021 à 12:00 (heure de Paris) : il reste 3 jours »"""
        if self.until is None:
            return None
        remaining = time_left(self.until - portal_now())
        return f"Jusqu'au {closing_time(self.until)} (heure de Paris) : il reste {remaining}"


@dataclass
class CandidateFacts:
    """Data of the services about a candidate. None if a service does not answer; `silent_services`
    names it."""

    drafts: tuple[Draft, ...] | None = None
    tiles: tuple[Tile, ...] | None = None
    ecartees: tuple[Ecartee, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    withdrawn_ids: tuple[str, ...] = ()
    pieces_to_do: tuple[PiecesToDo, ...] | None = None
    unread_documents: tuple[DocumentToRead, ...] | None = None
    addresses: MyAddresses | None = None
    silent_services: list[str] = field(default_factory=list)

    def of_candidature(self, candidature_id: str) -> CandidateFacts:
        """What concerns that candidature alone."""
        return replace(
            self,
            drafts=tuple(
                item for item in self.drafts or () if item.candidature_id == candidature_id
            ),
            tiles=tuple(tile for tile in self.tiles or () if tile.id == candidature_id),
            pieces_to_do=self.pieces_to_do
            and tuple(item for item in self.pieces_to_do if item.candidature_id == candidature_id),
            unread_documents=tuple(
                item
                for item in self.unread_documents or ()
                if item.candidature_id == candidature_id
            ),
            addresses=None,
            ecartees=(),
            withdrawn=(),
        )


def read_facts() -> CandidateFacts:
    """Asks each service, within the time that a page has for optional calls."""
    facts = CandidateFacts()
    if registrations := _asked("registrations", lambda: visitor.call(list_mine()), facts):
        facts.tiles = registrations.candidatures
        facts.drafts = registrations.drafts
        facts.ecartees = registrations.ecartees
        facts.withdrawn = registrations.withdrawn
        facts.withdrawn_ids = registrations.withdrawn_ids
    facts.pieces_to_do = _asked("pieces", read_pieces_to_do, facts)
    unread = _asked("documents", lambda: visitor.call(list_documents_to_read()), facts)
    facts.unread_documents = unread.documents if unread else None
    facts.addresses = _asked("accounts", lambda: visitor.call(read_addresses()), facts)
    return facts


def read_pieces_to_do() -> tuple[PiecesToDo, ...]:
    """What is left to do with the pieces of all candidatures."""
    return visitor.call(list_pieces_to_do()).candidatures


def pieces_to_do_of(tile: Tile, pieces_to_do: tuple[PiecesToDo, ...] | None) -> PiecesToDo | None:
    """Those of one candidature; None also where pieces has not received its current version yet."""
    up_to_date = (item for item in pieces_to_do or () if item.version >= tile.version)
    return next((item for item in up_to_date if item.candidature_id == tile.id), None)


def _live_pieces_to_do(facts: CandidateFacts) -> Iterator[PiecesToDo]:
    """Yield what is left to do with pieces, but for what pieces still keeps of a candidature that
    registrations has since ended, or saved in a newer version."""
    ended = {*facts.withdrawn_ids, *(ecartee.id for ecartee in facts.ecartees)}
    saved_versions = {tile.id: tile.version for tile in facts.tiles or ()}
    for item in facts.pieces_to_do or ():
        is_outdated = item.version < saved_versions.get(item.candidature_id, 0)
        if item.candidature_id not in ended and not is_outdated:
            yield item


def to_do_items(facts: CandidateFacts) -> tuple[ToDoItem, ...]:
    """The nearest deadline first, then the items without one."""
    kinds = (_address_items, _draft_items, _validation_items, _piece_items, _document_items)
    items = (item for of_kind in kinds for item in of_kind(facts))
    return tuple(sorted(items, key=lambda item: (item.until is None, item.until)))


def missing_information(facts: CandidateFacts) -> str | None:
    """Says that items may be missing: a service does not answer, or has not received an event
    yet."""
    sentences = []
    if facts.silent_services:
        sentences.append(
            f"{_silent_services_sentence(facts.silent_services)} pour le moment : il peut manquer "
            "des informations ici."
        )
    sentences += [
        f"La liste des pièces à fournir est en préparation ({candidature_name(tile)})."
        for tile in facts.tiles or ()
        if facts.pieces_to_do is not None and pieces_to_do_of(tile, facts.pieces_to_do) is None
    ]
    return " ".join(sentences) or None


def nothing_to_do_sentence(facts: CandidateFacts) -> str:
    """Shown instead of an empty list; a candidate without a candidature is told where to begin, or
    what to undo."""
    if facts.withdrawn and facts.tiles == () and facts.drafts == ():
        return (
            "Vous vous êtes désinscrit : vous pouvez annuler cette désinscription dans « "
            f"{REGISTRATIONS} » jusqu'au {facts.withdrawn[0].closes_label} (heure de Paris)."
        )
    if facts.tiles == () and facts.drafts == () and not facts.ecartees:
        return (
            "Vous n'avez pas encore de candidature : pour en déposer une, choisissez « "
            f"{REGISTER} »."
        )
    return "Vous n'avez rien à faire pour le moment."


def ecartee_sentence(facts: CandidateFacts) -> str | None:
    """What became of the candidature that was set aside last, where no other is left."""
    if facts.tiles or not facts.ecartees:
        return None
    ecartee = max(facts.ecartees, key=lambda ecartee: ecartee.ended_at)
    contact = ", ".join(
        filter(None, (ecartee.contact.title, ecartee.contact.telephone, ecartee.contact.email))
    )
    return (
        f"Votre candidature {candidature_name(ecartee)} a été écartée le "
        f"{short_date(ecartee.ended_at)} ; le motif est dans « {REGISTRATIONS} ». Service à "
        f"contacter : {contact}."
    )


def candidature_name(tile: Tile | Draft | Ecartee) -> str:
    return f"{tile.exam_label} – {tile.session_label}"


def _silent_services_sentence(silent_services: list[str]) -> str:
    """« Le service des documents et le service des comptes ne répondent pas »"""
    first, *others = (SERVICE_LABELS[name] for name in silent_services)
    names = [first, *(name[0].lower() + name[1:] for name in others)]
    if not others:
        return f"{first} ne répond pas"
    return f"{', '.join(names[:-1])} et {names[-1]} ne répondent pas"


def _candidature_names(facts: CandidateFacts) -> dict[str, str]:
    return {tile.id: candidature_name(tile) for tile in facts.tiles or ()}


def _asked(service: str, ask: Callable[[], Answer], facts: CandidateFacts) -> Answer | None:
    """None where the service does not answer, which is noted in `facts`."""
    answer = optional_answer(ask, None)
    if answer is None:
        facts.silent_services.append(service)
    return answer


def _address_items(facts: CandidateFacts) -> Iterator[ToDoItem]:
    if facts.addresses and facts.addresses.pending_email:
        yield ToDoItem(
            f"Votre nouvelle adresse mail {facts.addresses.pending_email} reste à confirmer par le "
            "lien reçu.",
            ACCOUNT_FORM,
            url_for("compte.account"),
        )


def _draft_items(facts: CandidateFacts) -> Iterator[ToDoItem]:
    for draft in facts.drafts or ():
        if is_over(draft):
            continue
        label = "Modification non transmise" if draft.candidature_id else "Brouillon non transmis"
        url = url_for("inscription.show_tab", draft_id=draft.id, number=draft.current)
        yield ToDoItem(label, "Reprendre", url, candidature_name(draft), draft.closes_at)


def _validation_items(facts: CandidateFacts) -> Iterator[ToDoItem]:
    """None once it is too late, when nothing is left to do here: the candidature says whom to
    contact."""
    for tile in facts.tiles or ():
        if may_be_validated(tile):
            url = url_for("inscription.ask_validation", candidature_id=tile.id)
            text = "Inscription à valider en ligne"
            until = tile.validate_until or tile.closes_at
            yield ToDoItem(text, VALIDATE_REGISTRATION, url, candidature_name(tile), until)


def _piece_items(facts: CandidateFacts) -> Iterator[ToDoItem]:
    names = _candidature_names(facts)
    for to_do in _live_pieces_to_do(facts):
        about = names.get(to_do.candidature_id)
        url = url_for("justificatifs.show", candidature_id=to_do.candidature_id)
        if text := pieces_to_do_sentence(to_do):
            yield ToDoItem(
                text,
                JUSTIFICATIFS,
                url,
                about,
                to_do.until,
                "error" if to_do.refused else "warning",
            )
        if to_do.late:
            yield ToDoItem(
                f"{late_pieces_sentence(to_do.late)}.", JUSTIFICATIFS, url, about, severity="error"
            )


def _document_items(facts: CandidateFacts) -> Iterator[ToDoItem]:
    names = _candidature_names(facts)
    for document in facts.unread_documents or ():
        if document.candidature_id in facts.withdrawn_ids:
            continue
        url = url_for("documents.show", candidature_id=document.candidature_id)
        about = names.get(document.candidature_id)
        yield ToDoItem(
            f"Document à lire : {document.label}", DOCUMENTS, url, about, severity="info"
        )
