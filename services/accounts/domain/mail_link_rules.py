"""Mailed links: in which state one is, what its page says. Portal time. How long they live:
contracts/account_rules."""

from datetime import datetime, timedelta
from enum import StrEnum

from services.chassis.errors import Gone
from services.contracts.account_rules import (
    ACTIVATION_LIFETIME,
    EMAIL_CHANGE_LIFETIME,
    INVITATION_LIFETIME,
    LINK_PROBLEMS,
    RESET_LIFETIME,
    State,
)


def in_hours(lifetime: timedelta) -> str:
    """Return a duration in words: « une heure », « 48 heures »."""
    hours = whole_hours(lifetime)
    return "une heure" if hours == 1 else f"{hours} heures"


def whole_hours(lifetime: timedelta) -> int:
    return lifetime // timedelta(hours=1)


def with_elision(word: str, following: str) -> str:
    """Put « que » or « de » before a duration: « qu'une heure », « que 48 heures »."""
    return f"{word[:-1]}'{following}" if following.startswith("une") else f"{word} {following}"


class Purpose(StrEnum):
    ACTIVATION = "activation"
    RESET = "mot-de-passe"
    EMAIL_CHANGE = "adresse"
    EMAIL_CANCELLATION = "annulation"
    STAFF_INVITATION = "invitation"


def state_of(expires_at: datetime, now: datetime, *, used: bool, end: State | None = None) -> State:
    """Return the state of a link. `end`: how it ended before its expiry. Where two reasons apply,
    the one that tells what to do is returned: once a link has expired, a newer one has too."""
    if used:
        return State.USED
    return State.EXPIRED if now >= expires_at else end or State.USABLE


_REQUEST_RESET = "Demandez un nouveau lien de réinitialisation du mot de passe."
_REQUEST_CHANGE = "Demandez de nouveau le changement d'adresse mail depuis votre compte."
_REQUEST_INVITATION = "Demandez à un administrateur de vous inviter de nouveau."
_IF_NOT_YOU = (
    "Si vous n'en êtes pas à l'origine, réinitialisez votre mot de passe ; si votre adresse mail "
    "n'est plus reconnue, contactez sans attendre votre service gestionnaire."
)
_MESSAGES = {
    Purpose.ACTIVATION: {
        State.EXPIRED: (
            f"Ce lien d'activation a expiré : les {in_hours(ACTIVATION_LIFETIME)} qui suivaient la "
            "création du compte sont passées et vos informations ont été effacées. Recommencez "
            "la création de votre compte."
        ),
        State.REPLACED: (
            "Ce lien d'activation a été remplacé : un nouvel envoi a été demandé depuis. Utilisez "
            "le lien du dernier mail reçu."
        ),
        State.ENDED: (
            "Ce lien d'activation ne sert plus : un compte est déjà activé avec cette adresse. "
            "Identifiez-vous ; si vous ne connaissez pas son mot de passe, réinitialisez-le."
        ),
        State.USED: (
            "Ce lien a déjà été utilisé : votre compte est activé, vous pouvez vous identifier."
        ),
    },
    Purpose.RESET: {
        State.EXPIRED: (
            "Ce lien a expiré : il n'était valable "
            f"{with_elision('que', in_hours(RESET_LIFETIME))}. {_REQUEST_RESET}"
        ),
        State.REPLACED: (
            f"Ce lien a été remplacé par celui d'un mail plus récent. {_REQUEST_RESET}"
        ),
        State.ENDED: (
            "Ce lien ne sert plus : le mot de passe ou l'adresse mail du compte a changé depuis. "
            f"{_REQUEST_RESET}"
        ),
        State.USED: "Ce lien a déjà été utilisé. Identifiez-vous ou demandez un nouveau lien.",
    },
    Purpose.EMAIL_CHANGE: {
        State.EXPIRED: (
            "Ce lien a expiré : il n'était valable "
            f"{with_elision('que', in_hours(EMAIL_CHANGE_LIFETIME))}. {_REQUEST_CHANGE}"
        ),
        State.REPLACED: (
            "Ce lien a été remplacé : un autre changement d'adresse mail a été demandé depuis. "
            "Utilisez le lien du dernier mail reçu."
        ),
        State.ENDED: (
            "Ce lien ne sert plus : la demande a été annulée, ou le mot de passe du compte a "
            f"changé depuis. {_REQUEST_CHANGE}"
        ),
        State.USED: "Ce lien a déjà été utilisé : votre nouvelle adresse mail est enregistrée.",
    },
    Purpose.EMAIL_CANCELLATION: {
        State.EXPIRED: (
            "Cette demande a expiré sans avoir été confirmée dans les "
            f"{in_hours(EMAIL_CHANGE_LIFETIME)}. {_IF_NOT_YOU}"
        ),
        State.REPLACED: (
            "Cette demande a été remplacée par une autre, plus récente : pour l'annuler, utilisez "
            f"le lien du dernier mail reçu. {_IF_NOT_YOU}"
        ),
        State.ENDED: (
            "Cette demande n'est plus valable : elle a été confirmée, ou elle a pris fin. "
            f"{_IF_NOT_YOU}"
        ),
        State.USED: (
            "Cette demande est déjà annulée : votre adresse mail reste la même. Si vous n'en êtes "
            "pas à l'origine, réinitialisez votre mot de passe."
        ),
    },
    Purpose.STAFF_INVITATION: {
        State.EXPIRED: (
            "Cette invitation a expiré : elle n'était valable "
            f"{with_elision('que', in_hours(INVITATION_LIFETIME))}. {_REQUEST_INVITATION}"
        ),
        State.REPLACED: (
            "Cette invitation a été remplacée par une autre, plus récente. Utilisez le lien du "
            "dernier mail reçu."
        ),
        State.ENDED: f"Cette invitation n'est plus valable. {_REQUEST_INVITATION}",
        State.USED: (
            "Cette invitation a déjà été utilisée : votre compte est prêt, identifiez-vous."
        ),
    },
}
_UNKNOWN_MESSAGE = (
    "Ce lien n'est pas reconnu. Vérifiez que l'adresse a été copiée en entier depuis le mail."
)


def unusable_link_message(purpose: Purpose, state: State) -> str | None:
    """Return what is wrong with the link and what to do, in French; None for a usable one."""
    return None if state is State.USABLE else _MESSAGES[purpose].get(state, _UNKNOWN_MESSAGE)


def unusable_link_error(purpose: Purpose, state: State) -> Gone:
    """Return the refusal of a link that is not usable."""
    return Gone(
        unusable_link_message(purpose, state) or _UNKNOWN_MESSAGE, problem=LINK_PROBLEMS[state]
    )
