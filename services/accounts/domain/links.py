"""Mailed links: how long they live, in which state one is, what to tell who opens it. By the portal's clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Gone
from services.contracts import problem_types

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
    REPLACED = "replaced"
    ENDED = "ended"
    USED = "used"
    UNKNOWN = "unknown"


class End(StrEnum):
    """How a link dies before its time: by a newer mail, or with what it is for."""

    REPLACED = "replaced"
    OVER = "over"


@dataclass(frozen=True)
class Link:
    """What is known of a link."""

    expires_at: datetime
    used: bool
    end: End | None = None


def state_of(link: Link | None, now: datetime) -> State:
    """Of a link that is dead for two reasons the one that says what to do: once its time is over, so is that of a newer
    one."""
    if link is None:
        return State.UNKNOWN
    if link.used:
        return State.USED
    if now >= link.expires_at:
        return State.EXPIRED
    return {None: State.USABLE, End.REPLACED: State.REPLACED, End.OVER: State.ENDED}[link.end]


_PROBLEMS = {
    State.EXPIRED: problem_types.LINK_EXPIRED,
    State.REPLACED: problem_types.LINK_REPLACED,
    State.ENDED: problem_types.LINK_ENDED,
    State.USED: problem_types.LINK_USED,
    State.UNKNOWN: problem_types.LINK_UNKNOWN,
}
_ASK_RESET = "Demandez un nouveau lien de réinitialisation du mot de passe."
_ASK_CHANGE = "Demandez de nouveau le changement d'adresse mail depuis votre compte."
_ALARM = (
    "Si vous n'en êtes pas à l'origine, réinitialisez votre mot de passe ; si votre adresse mail n'est plus reconnue, "
    "contactez sans attendre votre service gestionnaire."
)
_SENTENCES = {
    Purpose.ACTIVATION: {
        State.EXPIRED: "Ce lien d'activation a expiré : les 48 heures qui suivaient la création du compte sont "
        "passées et vos informations ont été effacées. Recommencez la création de votre compte.",
        State.REPLACED: "Ce lien d'activation a été remplacé : un nouvel envoi a été demandé depuis. Utilisez le lien "
        "du dernier mail reçu.",
        State.ENDED: "Ce lien d'activation ne sert plus : un compte est déjà activé avec cette adresse. "
        "Identifiez-vous ; si vous ne connaissez pas son mot de passe, réinitialisez-le.",
        State.USED: "Ce lien a déjà été utilisé : votre compte est activé, vous pouvez vous identifier.",
    },
    Purpose.RESET: {
        State.EXPIRED: f"Ce lien a expiré : il n'était valable qu'une heure. {_ASK_RESET}",
        State.REPLACED: f"Ce lien a été remplacé par celui d'un mail plus récent. {_ASK_RESET}",
        State.ENDED: "Ce lien ne sert plus : le mot de passe ou l'adresse mail du compte a changé depuis. "
        f"{_ASK_RESET}",
        State.USED: "Ce lien a déjà été utilisé. Identifiez-vous ou demandez un nouveau lien.",
    },
    Purpose.EMAIL_CHANGE: {
        State.EXPIRED: f"Ce lien a expiré : il n'était valable que 48 heures. {_ASK_CHANGE}",
        State.REPLACED: "Ce lien a été remplacé : un autre changement d'adresse mail a été demandé depuis. Utilisez "
        "le lien du dernier mail reçu.",
        State.ENDED: "Ce lien ne sert plus : la demande a été annulée, ou le mot de passe du compte a changé depuis. "
        f"{_ASK_CHANGE}",
        State.USED: "Ce lien a déjà été utilisé : votre nouvelle adresse mail est enregistrée.",
    },
    Purpose.EMAIL_CANCELLATION: {
        State.EXPIRED: f"Cette demande a expiré sans avoir été confirmée dans les 48 heures. {_ALARM}",
        State.REPLACED: "Cette demande a été remplacée par une autre, plus récente : pour l'annuler, utilisez le lien "
        f"du dernier mail reçu. {_ALARM}",
        State.ENDED: f"Cette demande n'est plus valable : elle a été confirmée, ou elle a pris fin. {_ALARM}",
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
    return Gone(sentence(purpose, state) or _UNKNOWN, problem=_PROBLEMS[state])
