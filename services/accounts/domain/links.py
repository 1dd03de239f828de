"""Mailed links: how long they live, in which state one is, what to tell who opens it. By the portal's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Gone

ACTIVATION_LIFE = timedelta(hours=48)
"""Guide §3: from the account's creation, not from the mail."""
RESET_LIFE = timedelta(hours=1)
EMAIL_CHANGE_LIFE = timedelta(hours=48)


class Purpose(StrEnum):
    ACTIVATION = "activation"
    RESET = "mot-de-passe"
    EMAIL_CHANGE = "adresse"
    EMAIL_CANCELLATION = "annulation"


class State(StrEnum):
    USABLE = "usable"
    EXPIRED = "expired"
    USED = "used"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Link:
    """What is known of a link; `closed` by a newer one or because its account is gone."""

    expires_at: datetime
    used: bool
    closed: bool


def state_of(link: Link | None, now: datetime) -> State:
    if link is None:
        return State.UNKNOWN
    if link.used:
        return State.USED
    return State.EXPIRED if link.closed or now >= link.expires_at else State.USABLE


_TYPES = {State.EXPIRED: "lien-expire", State.USED: "lien-utilise", State.UNKNOWN: "lien-inconnu"}
_SENTENCES = {
    Purpose.ACTIVATION: {
        State.EXPIRED: "Ce lien d'activation n'est plus valable : il a expiré, il a été remplacé par un plus récent "
        "ou un autre compte est activé à cette adresse. Utilisez le dernier mail reçu, identifiez-vous ou, passé "
        "48 heures, recommencez la création de votre compte.",
        State.USED: "Ce lien a déjà été utilisé : votre compte est activé, vous pouvez vous identifier.",
    },
    Purpose.RESET: {
        State.EXPIRED: "Ce lien n'est plus valable. Demandez un nouveau lien de réinitialisation du mot de passe.",
        State.USED: "Ce lien a déjà été utilisé. Identifiez-vous ou demandez un nouveau lien.",
    },
    Purpose.EMAIL_CHANGE: {
        State.EXPIRED: "Ce lien n'est plus valable. "
        "Demandez de nouveau le changement d'adresse mail depuis votre compte.",
        State.USED: "Ce lien a déjà été utilisé : votre nouvelle adresse mail est enregistrée.",
    },
    Purpose.EMAIL_CANCELLATION: {
        State.EXPIRED: "Cette demande n'est plus valable : elle a été confirmée, remplacée par une autre, ou elle a "
        "pris fin. Si vous n'en êtes pas à l'origine, réinitialisez votre mot de passe ; si votre adresse mail n'est "
        "plus reconnue, contactez sans attendre votre service gestionnaire.",
        State.USED: "Cette demande est déjà annulée : votre adresse mail reste la même. Si vous n'en êtes pas à "
        "l'origine, réinitialisez votre mot de passe.",
    },
}
_UNKNOWN = "Ce lien n'est pas reconnu. Vérifiez que l'adresse a été copiée en entier depuis le mail."


def sentence(purpose: Purpose, state: State) -> str | None:
    """What is wrong with the link and what to do; None for a usable one."""
    return None if state is State.USABLE else _SENTENCES[purpose].get(state, _UNKNOWN)


def refusal(purpose: Purpose, state: State) -> Gone:
    """The error for a link that is not usable."""
    return Gone(sentence(purpose, state) or _UNKNOWN, type=_TYPES[state])
