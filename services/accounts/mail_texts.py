"""The texts of accounts' mails. That of the activation is the guide's (§3)."""

from datetime import datetime

from services.accounts.domain.mail_link_rules import in_hours, whole_hours, with_elision
from services.chassis import brand
from services.contracts import page_labels
from services.contracts.account_rules import (
    ACTIVATION_LIFETIME,
    EMAIL_CHANGE_LIFETIME,
    INVITATION_LIFETIME,
    RESET_LIFETIME,
)
from services.mail.letter import Action, Letter, instant_in_paris

_IF_NOT_YOU = "Si vous n'êtes pas à l'origine de cette demande,"
_INVITATION_LIFE = (
    f"Ce lien n'est valable que pour une durée de {whole_hours(INVITATION_LIFETIME)}h et ne peut servir qu'une fois."
)
_RESET_HINT = "Si vous avez oublié votre mot de passe, cette page permet aussi de le réinitialiser."


def activation_mail(url: str) -> Letter:
    return _letter(
        "Activer mon compte",
        f"Vous venez de créer un compte sur {brand.NAME}. "
        "Votre inscription sera possible seulement quand vous aurez activé votre compte.",
        "Pour activer votre compte, veuillez cliquer sur le lien :",
        Action("Activer mon compte", url, secret=True),
        f"Ce lien n'est valable que pour une durée de {whole_hours(ACTIVATION_LIFETIME)}h. "
        "Passé ce délai, vos informations seront effacées.",
    )


def known_address_mail(login_url: str) -> Letter:
    """To the owner of an address with which an account was asked for again."""
    return _letter(
        "Un compte existe déjà avec votre adresse",
        f"Une création de compte vient d'être demandée sur {brand.NAME} avec votre adresse mail. "
        "Un compte existe déjà avec cette adresse : rien n'a été modifié.",
        "Si vous êtes à l'origine de cette demande, identifiez-vous :",
        Action(page_labels.LOG_IN, login_url),
        _RESET_HINT,
        f"{_IF_NOT_YOU} vous n'avez rien à faire.",
    )


def address_requested_by_other_mail(login_url: str) -> Letter:
    """To the owner of an address that was requested for another account; nothing is revealed of that account."""
    return _letter(
        "Votre adresse a été demandée pour un autre compte",
        f"Le titulaire d'un autre compte {brand.NAME} vient de demander que votre adresse mail devienne celle de son "
        "compte. Elle est déjà celle du vôtre : cette demande est sans effet et rien n'a été modifié.",
        "Si vous êtes à l'origine de cette demande, vous avez deux comptes : utilisez celui de cette adresse.",
        Action(page_labels.LOG_IN, login_url),
        _RESET_HINT,
        f"{_IF_NOT_YOU} vous n'avez rien à faire.",
    )


def failed_logins_mail(at: datetime, reset_url: str) -> Letter:
    return _letter(
        "Tentatives de connexion à votre compte",
        f"Plusieurs tentatives de connexion à votre compte ont échoué le {instant_in_paris(at)}. "
        "Par sécurité, les essais suivants sont ralentis.",
        "Un appareil depuis lequel vous vous êtes déjà connecté n'est pas ralenti par les essais des autres.",
        "Si vous avez oublié votre mot de passe, ou pour lever ce ralentissement :",
        Action("Réinitialiser mon mot de passe", reset_url),
    )


def password_reset_mail(url: str) -> Letter:
    return _letter(
        "Réinitialiser mon mot de passe",
        f"Une réinitialisation du mot de passe de votre compte {brand.NAME} a été demandée.",
        "Pour choisir un nouveau mot de passe, veuillez cliquer sur le lien :",
        Action("Réinitialiser mon mot de passe", url, secret=True),
        f"Ce lien n'est valable que pour une durée {with_elision('de', in_hours(RESET_LIFETIME))} "
        "et ne peut servir qu'une fois.",
        f"{_IF_NOT_YOU} ignorez ce mail : votre mot de passe reste le même.",
    )


def email_change_confirmation_mail(url: str) -> Letter:
    return _letter(
        "Confirmer ma nouvelle adresse mail",
        f"Vous avez demandé que cette adresse devienne celle de votre compte {brand.NAME}.",
        "Pour confirmer votre nouvelle adresse, veuillez cliquer sur le lien :",
        Action("Confirmer ma nouvelle adresse", url, secret=True),
        f"Ce lien n'est valable que pour une durée de {whole_hours(EMAIL_CHANGE_LIFETIME)}h. "
        "D'ici là, l'ancienne adresse reste celle de votre compte.",
    )


def email_change_requested_mail(at: datetime, cancel_url: str) -> Letter:
    """To the old address, which is still the account's; the new one is not named."""
    return _letter(
        "Une nouvelle adresse mail a été demandée pour votre compte",
        f"Un changement de l'adresse mail de votre compte {brand.NAME} a été demandé le "
        f"{instant_in_paris(at)}. Il ne prendra effet que si la nouvelle adresse est confirmée.",
        "Si vous êtes à l'origine de cette demande, vous n'avez rien à faire.",
        f"{_IF_NOT_YOU} veuillez cliquer sur le lien pour l'annuler :",
        Action("Annuler le changement d'adresse", cancel_url, secret=True),
        "Réinitialisez ensuite votre mot de passe, comme la page suivante vous le propose : la personne qui a fait "
        "cette demande le connaît.",
    )


def email_changed_mail(at: datetime, contacts_url: str) -> Letter:
    """To the old address; the new one is not named."""
    return _letter(
        "L'adresse mail de votre compte a été modifiée",
        f"L'adresse mail de votre compte {brand.NAME} a été modifiée le {instant_in_paris(at)}. "
        "Cette adresse-ci n'est plus l'identifiant du compte.",
        "Si vous n'êtes pas à l'origine de cette modification, contactez sans attendre votre service gestionnaire :",
        Action("À qui s'adresser", contacts_url),
    )


def erasure_answer_mail(answer: str, page_url: str) -> Letter:
    return _letter(
        "Réponse à votre demande d'effacement",
        "Un administrateur a répondu à votre demande :",
        answer,
        "Ce que la loi fait garder, et jusqu'à quand, est sur cette page :",
        Action("Suivre ma demande", page_url),
        "En cas de désaccord, vous pouvez saisir la Commission nationale de l'informatique et des libertés (CNIL).",
    )


def unused_account_mail(erased_from: datetime, login_url: str) -> Letter:
    return _letter(
        "Votre compte va être effacé",
        f"Vous n'utilisez plus votre compte {brand.NAME} et n'avez plus de candidature. Pour ne pas garder vos données "
        f"sans raison, le portail l'effacera après le {instant_in_paris(erased_from)}.",
        "Pour le garder, identifiez-vous d'ici là :",
        Action(page_labels.LOG_IN, login_url),
        "Si vous n'en avez plus besoin, vous n'avez rien à faire.",
    )


def copy_ready_mail(expires_at: datetime, url: str) -> Letter:
    """The page asks to log in: the mail alone opens nothing."""
    return _letter(
        "Vos données sont prêtes",
        f"La copie de vos données que vous avez demandée sur {brand.NAME} est prête. "
        f"Vous pouvez la télécharger jusqu'au {instant_in_paris(expires_at)} ; elle sera ensuite effacée.",
        Action("Télécharger mes données", url),
        "Si vous ne l'avez pas demandée, quelqu'un connaît votre mot de passe : réinitialisez-le sans attendre.",
    )


def staff_invitation_mail(url: str) -> Letter:
    """To a gestionnaire or administrateur whom an administrateur has invited."""
    return _letter(
        f"Votre accès à l'{page_labels.STAFF_PAGES}",
        f"Un administrateur vous ouvre un accès à l'{page_labels.STAFF_PAGES} de {brand.NAME}.",
        "Pour choisir votre mot de passe et votre second facteur, veuillez cliquer sur le lien :",
        Action("Activer mon accès", url, secret=True),
        "Il vous faut une application d'authentification sur votre téléphone ou votre ordinateur.",
        _INVITATION_LIFE,
        "Si vous n'attendiez pas ce mail, ignorez-le.",
    )


def second_factor_reset_mail(url: str) -> Letter:
    """To a member of staff whose second factor an administrateur has reset."""
    return _letter(
        "Votre second facteur est réinitialisé",
        f"Un administrateur a réinitialisé le second facteur de votre accès à l'{page_labels.STAFF_PAGES} de "
        f"{brand.NAME} : l'ancien, votre mot de passe et vos jetons ne servent plus.",
        "Pour choisir un nouveau mot de passe et un nouveau second facteur, veuillez cliquer sur le lien :",
        Action("Rétablir mon accès", url, secret=True),
        _INVITATION_LIFE,
        "Si vous ne l'avez pas demandé, prévenez un administrateur.",
    )


def _letter(subject: str, *blocks: str | Action) -> Letter:
    return Letter(f"[{brand.NAME.upper()}] {subject}", (*blocks, f"A bientôt sur {brand.NAME}"))
