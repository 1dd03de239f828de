"""The texts of accounts' mails. That of the activation is the guide's (§3)."""

from collections.abc import Mapping
from dataclasses import dataclass
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
    f"Ce lien n'est valable que pour une durée de {whole_hours(INVITATION_LIFETIME)}h et ne peut "
    "servir qu'une fois."
)
_RESET_HINT = "Si vous avez oublié votre mot de passe, cette page permet aussi de le réinitialiser."


@dataclass(frozen=True)
class Link:
    """The link of a mail, to the page that it is about. `secret`: whoever has its address may
    act."""

    label: str
    secret: bool = False


LETTERS: Mapping[str, tuple[str | Link, ...]] = {
    "activation": (
        "Activer mon compte",
        (
            "Vous venez de créer un compte sur {portal}. "
            "Votre inscription sera possible seulement quand vous aurez activé votre compte."
        ),
        "Pour activer votre compte, veuillez cliquer sur le lien :",
        Link("Activer mon compte", secret=True),
        (
            f"Ce lien n'est valable que pour une durée de {whole_hours(ACTIVATION_LIFETIME)}h. "
            "Passé ce délai, vos informations seront effacées."
        ),
    ),
    "known_address": (  # to the owner of an address with which an account was asked for again
        "Un compte existe déjà avec votre adresse",
        (
            "Une création de compte vient d'être demandée sur {portal} avec votre adresse mail. "
            "Un compte existe déjà avec cette adresse : rien n'a été modifié."
        ),
        "Si vous êtes à l'origine de cette demande, identifiez-vous :",
        Link(page_labels.LOG_IN),
        _RESET_HINT,
        f"{_IF_NOT_YOU} vous n'avez rien à faire.",
    ),
    # to the owner of the address; nothing is revealed of that account
    "address_requested_by_other": (
        "Votre adresse a été demandée pour un autre compte",
        (
            "Le titulaire d'un autre compte {portal} vient de demander que votre adresse mail "
            "devienne celle de son compte. Elle est déjà celle du vôtre : cette demande est sans "
            "effet et rien n'a été modifié."
        ),
        (
            "Si vous êtes à l'origine de cette demande, vous avez deux comptes : utilisez celui de "
            "cette adresse."
        ),
        Link(page_labels.LOG_IN),
        _RESET_HINT,
        f"{_IF_NOT_YOU} vous n'avez rien à faire.",
    ),
    "failed_logins": (
        "Tentatives de connexion à votre compte",
        (
            "Plusieurs tentatives de connexion à votre compte ont échoué le {instant}. "
            "Par sécurité, les essais suivants sont ralentis."
        ),
        (
            "Un appareil depuis lequel vous vous êtes déjà connecté n'est pas ralenti par les "
            "essais des autres."
        ),
        "Si vous avez oublié votre mot de passe, ou pour lever ce ralentissement :",
        Link("Réinitialiser mon mot de passe"),
    ),
    "password_reset": (
        "Réinitialiser mon mot de passe",
        "Une réinitialisation du mot de passe de votre compte {portal} a été demandée.",
        "Pour choisir un nouveau mot de passe, veuillez cliquer sur le lien :",
        Link("Réinitialiser mon mot de passe", secret=True),
        (
            "Ce lien n'est valable que pour une durée "
            f"{with_elision('de', in_hours(RESET_LIFETIME))} et ne peut servir qu'une fois."
        ),
        f"{_IF_NOT_YOU} ignorez ce mail : votre mot de passe reste le même.",
    ),
    "email_change_confirmation": (
        "Confirmer ma nouvelle adresse mail",
        "Vous avez demandé que cette adresse devienne celle de votre compte {portal}.",
        "Pour confirmer votre nouvelle adresse, veuillez cliquer sur le lien :",
        Link("Confirmer ma nouvelle adresse", secret=True),
        (
            f"Ce lien n'est valable que pour une durée de {whole_hours(EMAIL_CHANGE_LIFETIME)}h. "
            "D'ici là, l'ancienne adresse reste celle de votre compte."
        ),
    ),
    # to the old address, which is still the account's; the new one is not named
    "email_change_requested": (
        "Une nouvelle adresse mail a été demandée pour votre compte",
        (
            "Un changement de l'adresse mail de votre compte {portal} a été demandé le "
            "{instant}. Il ne prendra effet que si la nouvelle adresse est confirmée."
        ),
        "Si vous êtes à l'origine de cette demande, vous n'avez rien à faire.",
        f"{_IF_NOT_YOU} veuillez cliquer sur le lien pour l'annuler :",
        Link("Annuler le changement d'adresse", secret=True),
        (
            "Réinitialisez ensuite votre mot de passe, comme la page suivante vous le propose : la "
            "personne qui a fait cette demande le connaît."
        ),
    ),
    "email_changed": (  # to the old address; the new one is not named
        "L'adresse mail de votre compte a été modifiée",
        (
            "L'adresse mail de votre compte {portal} a été modifiée le {instant}. "
            "Cette adresse-ci n'est plus l'identifiant du compte."
        ),
        (
            "Si vous n'êtes pas à l'origine de cette modification, contactez sans attendre votre "
            "service gestionnaire :"
        ),
        Link("À qui s'adresser"),
    ),
    "erasure_answer": (
        "Réponse à votre demande d'effacement",
        "Un administrateur a répondu à votre demande :",
        "{answer}",
        "Ce que la loi fait garder, et jusqu'à quand, est sur cette page :",
        Link("Suivre ma demande"),
        (
            "En cas de désaccord, vous pouvez saisir la Commission nationale de l'informatique et "
            "des libertés (CNIL)."
        ),
    ),
    "unused_account": (
        "Votre compte va être effacé",
        (
            "Vous n'utilisez plus votre compte {portal} et n'avez plus de candidature. Pour ne pas "
            "garder vos données sans raison, le portail l'effacera après le {instant}."
        ),
        "Pour le garder, identifiez-vous d'ici là :",
        Link(page_labels.LOG_IN),
        "Si vous n'en avez plus besoin, vous n'avez rien à faire.",
    ),
    "copy_ready": (  # the page asks to log in: the mail alone opens nothing
        "Vos données sont prêtes",
        (
            "La copie de vos données que vous avez demandée sur {portal} est prête. "
            "Vous pouvez la télécharger jusqu'au {instant} ; elle sera ensuite effacée."
        ),
        Link("Télécharger mes données"),
        (
            "Si vous ne l'avez pas demandée, quelqu'un connaît votre mot de passe : "
            "réinitialisez-le sans attendre."
        ),
    ),
    "staff_invitation": (
        f"Votre accès à l'{page_labels.STAFF_PAGES}",
        f"Un administrateur vous ouvre un accès à l'{page_labels.STAFF_PAGES} de {{portal}}.",
        "Pour choisir votre mot de passe et votre second facteur, veuillez cliquer sur le lien :",
        Link("Activer mon accès", secret=True),
        "Il vous faut une application d'authentification sur votre téléphone ou votre ordinateur.",
        _INVITATION_LIFE,
        "Si vous n'attendiez pas ce mail, ignorez-le.",
    ),
    "second_factor_reset": (  # by an administrateur
        "Votre second facteur est réinitialisé",
        (
            "Un administrateur a réinitialisé le second facteur de votre accès à "
            f"l'{page_labels.STAFF_PAGES} de {{portal}} : l'ancien, votre mot de passe et vos "
            "jetons ne servent plus."
        ),
        (
            "Pour choisir un nouveau mot de passe et un nouveau second facteur, veuillez cliquer "
            "sur le lien :"
        ),
        Link("Rétablir mon accès", secret=True),
        _INVITATION_LIFE,
        "Si vous ne l'avez pas demandé, prévenez un administrateur.",
    ),
}
"""By name: the subject, then paragraphs, in which `letter` fills something in, and the link."""


def letter(name: str, url: str, *, at: datetime | None = None, answer: str = "") -> Letter:
    """Return the letter of this name, with a link to `url`.

    `at`: when what it tells happened, or is going to. `answer`: what an administrateur has written.
    """
    subject, *blocks = LETTERS[name]
    words = {"portal": brand.NAME, "instant": at and instant_in_paris(at), "answer": answer}
    filled = (
        (
            Action(block.label, url, secret=block.secret)
            if isinstance(block, Link)
            else block.format_map(words)
        )
        for block in blocks
    )
    return Letter(f"[{brand.NAME.upper()}] {subject}", (*filled, f"A bientôt sur {brand.NAME}"))
