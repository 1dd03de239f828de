"""What a candidate has left to do, from the facts of the four services: « Informations importantes »."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from flask import url_for

from gateway.clients.accounts import Addresses
from gateway.clients.documents import ToRead
from gateway.clients.drafts import Draft
from gateway.clients.page_time import optional
from gateway.clients.pieces import Left
from gateway.clients.registrations import Tile
from gateway.filters import fin
from gateway.services import SERVICES, services
from gateway.web.etat import late_pieces
from services.chassis.clock import portal_now
from services.chassis.errors import DomainError
from services.chassis.french import delai

Answer = TypeVar("Answer")
TO_VALIDATE = "à valider par « J'ai fourni toutes mes pièces »"


@dataclass(frozen=True)
class Item:
    """One thing to do. `about`: for which candidature; `until`: an exclusive end, ISO 8601; `action` names the link."""

    text: str
    action: str
    url: str
    about: str | None = None
    until: str | None = None
    severity: str = "warning"

    @property
    def deadline(self) -> str | None:
        """« Jusqu'au 25/10/2021 à 12:00 (heure de Paris) : il reste 3 jours »"""
        if self.until is None:
            return None
        left = delai(datetime.fromisoformat(self.until) - portal_now())
        return f"Jusqu'au {fin(self.until)} (heure de Paris) : il reste {left}"


@dataclass
class Facts:
    """What the services tell of a candidate. None: the service does not answer; `silent` names it."""

    drafts: tuple[Draft, ...] | None = None
    tiles: tuple[Tile, ...] | None = None
    left: tuple[Left, ...] | None = None
    to_read: tuple[ToRead, ...] | None = None
    addresses: Addresses | None = None
    silent: list[str] = field(default_factory=list)

    def left_of(self, tile: Tile) -> Left | None:
        return left_of(tile, self.left)

    @property
    def awaited(self) -> list[Tile]:
        """The candidatures whose list of pieces is still to come."""
        return [tile for tile in self.tiles or () if self.left is not None and self.left_of(tile) is None]

    def of_candidature(self, candidature_id: str) -> Facts:
        """What concerns that candidature alone."""
        return Facts(
            drafts=tuple(draft for draft in self.drafts or () if draft.candidature_id == candidature_id),
            tiles=tuple(tile for tile in self.tiles or () if tile.id == candidature_id),
            left=None
            if self.left is None
            else tuple(left for left in self.left if left.candidature_id == candidature_id),
            to_read=tuple(document for document in self.to_read or () if document.candidature_id == candidature_id),
            silent=self.silent,
        )


def facts(token: str) -> Facts:
    """Asked of each service within the time that the page has for what it can do without."""
    known, asked = Facts(), services()
    if mine := _told("registrations", lambda: asked.registrations.mine(token), known):
        known.tiles, known.drafts = mine.candidatures, mine.drafts
    known.left = _told("pieces", lambda: asked.pieces.left(token), known)
    known.to_read = _told("documents", lambda: asked.documents.to_read(token), known)
    known.addresses = _told("accounts", lambda: asked.accounts.addresses(token), known)
    return known


def pieces_left(token: str) -> tuple[Left, ...] | None:
    """What is left to do with the pieces of all candidatures; None where pieces does not answer."""
    return _told("pieces", lambda: services().pieces.left(token), Facts())


def left_of(tile: Tile, known: tuple[Left, ...] | None) -> Left | None:
    """None also where pieces has not heard yet of the candidature as it is now."""
    its_own = (left for left in known or () if left.candidature_id == tile.id and left.version >= tile.version)
    return next(its_own, None)


def left_to_do(known: Facts) -> tuple[Item, ...]:
    """The nearest deadline first, then what has none."""
    items = (*_address(known), *_drafts(known), *_pieces(known), *_documents(known))
    return tuple(sorted(items, key=lambda item: item.until or "9999"))


def silence(known: Facts) -> str | None:
    """That something may be missing from the list: a service does not answer, or has not heard yet."""
    sentences = []
    if known.silent:
        sentences.append(f"{_no_answer(known.silent)} pour le moment : il peut manquer des informations ici.")
    sentences += [f"La liste des pièces à fournir est en préparation ({name_of(tile)})." for tile in known.awaited]
    return " ".join(sentences) or None


def nothing_to_do(known: Facts) -> str:
    """What is said where nothing is left: whoever has not begun is told where to."""
    if known.tiles == () and known.drafts == ():
        return "Vous n'avez pas encore de candidature : pour en déposer une, choisissez « M'inscrire »."
    return "Vous n'avez rien à faire pour le moment."


def name_of(tile: Tile | Draft) -> str:
    return f"{tile.exam_label} – {tile.session_label}"


def _no_answer(silent: list[str]) -> str:
    """« Le service des documents et le service des comptes ne répondent pas »"""
    first, *others = (SERVICES[name] for name in silent)
    names = [first, *(name[0].lower() + name[1:] for name in others)]
    if not others:
        return f"{first} ne répond pas"
    return f"{', '.join(names[:-1])} et {names[-1]} ne répondent pas"


def _names(known: Facts) -> dict[str, str]:
    return {tile.id: name_of(tile) for tile in known.tiles or ()}


def _told(service: str, ask: Callable[[], Answer], known: Facts) -> Answer | None:
    if service in known.silent:
        return None
    try:
        with optional():
            return ask()
    except DomainError:
        known.silent.append(service)
        return None


def _address(known: Facts) -> Iterator[Item]:
    if known.addresses and known.addresses.pending_email:
        yield Item(
            f"Votre nouvelle adresse mail {known.addresses.pending_email} reste à confirmer par le lien reçu.",
            "Modifier mes informations",
            url_for("compte.account"),
        )


def _drafts(known: Facts) -> Iterator[Item]:
    for draft in known.drafts or ():
        if draft.is_over:
            continue
        label = "Modification non transmise" if draft.candidature_id else "Brouillon non transmis"
        url = url_for("inscription.show_tab", draft_id=draft.id, number=draft.current)
        yield Item(label, "Reprendre", url, name_of(draft), draft.closes_at)


def _pieces(known: Facts) -> Iterator[Item]:
    names = _names(known)
    for left in known.left or ():
        about = names.get(left.candidature_id)
        url = url_for("justificatifs.show", candidature_id=left.candidature_id)
        if text := _pieces_text(left):
            yield Item(text, "Mes justificatifs", url, about, left.until, "error" if left.refused else "warning")
        if left.late:
            yield Item(f"{late_pieces(left.late)}.", "Mes justificatifs", url, about, severity="error")


def _pieces_text(left: Left) -> str | None:
    """« 2 pièces à déposer, 1 pièce refusée à déposer à nouveau »"""
    parts = (
        (left.refused, "pièce refusée à déposer à nouveau", "pièces refusées à déposer à nouveau"),
        (left.missing, "pièce à déposer", "pièces à déposer"),
        (left.to_validate, f"regroupement de pièces {TO_VALIDATE}", f"regroupements de pièces {TO_VALIDATE}"),
    )
    return ", ".join(f"{count} {few if count == 1 else many}" for count, few, many in parts if count) or None


def _documents(known: Facts) -> Iterator[Item]:
    names = _names(known)
    for document in known.to_read or ():
        url = url_for("documents.show", candidature_id=document.candidature_id)
        about = names.get(document.candidature_id)
        yield Item(f"Document à lire : {document.label}", "Mes documents", url, about, severity="info")
