"""The mails of accounts: the guide's words for the activation, plain ones for the rest; text and HTML from one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup, escape

from services.chassis.french import instant_court

SIGNATURE = ("A bientôt sur Cyclades", "Cordialement\nLe Service Gestionnaire")


@dataclass(frozen=True)
class Link:
    """A link with its label; its address is given in full below, for mail readers that show no links."""

    label: str
    url: str


@dataclass(frozen=True)
class Letter:
    """A mail without its addressee: a title and paragraphs, in which line breaks stay."""

    subject: str
    blocks: tuple[str | Link, ...]

    def text(self) -> str:
        parts = ["Bonjour,"]
        for block in (*self.blocks, *SIGNATURE):
            parts.append(block if isinstance(block, str) else f"{block.label} : {block.url}")
        return "\n\n".join(parts) + "\n"

    def html(self) -> str:
        """A whole accessible document; everything is escaped."""
        body = Markup("\n").join(_html_block(block) for block in ("Bonjour,", *self.blocks, *SIGNATURE))
        return str(
            Markup(
                '<!DOCTYPE html>\n<html lang="fr">\n<head>\n<meta charset="utf-8">\n'
                '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
                "<title>{title}</title>\n</head>\n"
                '<body style="margin:0;padding:16px;background:#ffffff;color:#161616;'
                'font:16px/1.5 Arial,Helvetica,sans-serif">\n<div style="max-width:40em">\n{body}\n</div>\n'
                "</body>\n</html>\n"
            ).format(title=self.subject, body=body)
        )


def activation(url: str) -> Letter:
    return Letter(
        "[CYCLADES] Activer mon compte",
        (
            "Vous venez de créer un compte sur Cyclades. "
            "Votre inscription sera possible seulement quand vous aurez activé votre compte.",
            "Pour activer votre compte, veuillez cliquer sur le lien :",
            Link("Activer mon compte", url),
            *_in_full(url),
            "Ce lien n'est valable que pour une durée de 48h. Passé ce délai, vos informations seront effacées.",
        ),
    )


def address_known(login_url: str, reset_url: str) -> Letter:
    return Letter(
        "[CYCLADES] Un compte existe déjà avec votre adresse",
        (
            "Une création de compte vient d'être demandée sur Cyclades avec votre adresse mail. "
            "Un compte existe déjà avec cette adresse : rien n'a été modifié.",
            "Si vous êtes à l'origine de cette demande, identifiez-vous :",
            Link("Me connecter", login_url),
            "Si vous avez oublié votre mot de passe :",
            Link("Réinitialiser mon mot de passe", reset_url),
            "Si vous n'êtes pas à l'origine de cette demande, vous n'avez rien à faire.",
        ),
    )


def failed_logins(at: datetime, reset_url: str) -> Letter:
    return Letter(
        "[CYCLADES] Tentatives de connexion à votre compte",
        (
            f"Plusieurs tentatives de connexion à votre compte ont échoué le {instant_court(at)} (heure de Paris). "
            "Par sécurité, les essais suivants sont ralentis.",
            "Un appareil depuis lequel vous vous êtes déjà connecté n'est pas ralenti par les essais des autres.",
            "Si vous avez oublié votre mot de passe, ou pour lever ce ralentissement :",
            Link("Réinitialiser mon mot de passe", reset_url),
        ),
    )


def password_reset(url: str) -> Letter:
    return Letter(
        "[CYCLADES] Réinitialiser mon mot de passe",
        (
            "Une réinitialisation du mot de passe de votre compte Cyclades a été demandée.",
            "Pour choisir un nouveau mot de passe, veuillez cliquer sur le lien :",
            Link("Réinitialiser mon mot de passe", url),
            *_in_full(url),
            "Ce lien n'est valable que pour une durée d'une heure et ne peut servir qu'une fois.",
            "Si vous n'êtes pas à l'origine de cette demande, ignorez ce mail : votre mot de passe reste le même.",
        ),
    )


def email_change(url: str) -> Letter:
    return Letter(
        "[CYCLADES] Confirmer ma nouvelle adresse mail",
        (
            "Vous avez demandé que cette adresse devienne celle de votre compte Cyclades.",
            "Pour confirmer votre nouvelle adresse, veuillez cliquer sur le lien :",
            Link("Confirmer ma nouvelle adresse", url),
            *_in_full(url),
            "Ce lien n'est valable que pour une durée de 48h. "
            "D'ici là, l'ancienne adresse reste celle de votre compte.",
        ),
    )


def email_change_asked(at: datetime, cancel_url: str, reset_url: str) -> Letter:
    """To the old address, which is still the account's; the new one is not told there."""
    return Letter(
        "[CYCLADES] Une nouvelle adresse mail a été demandée pour votre compte",
        (
            f"Un changement de l'adresse mail de votre compte Cyclades a été demandé le {instant_court(at)} "
            "(heure de Paris). Il ne prendra effet que si la nouvelle adresse est confirmée.",
            "Si vous êtes à l'origine de cette demande, vous n'avez rien à faire.",
            "Si vous n'êtes pas à l'origine de cette demande, veuillez cliquer sur le lien pour l'annuler :",
            Link("Annuler le changement d'adresse", cancel_url),
            *_in_full(cancel_url),
            "Réinitialisez ensuite votre mot de passe : la personne qui a fait cette demande le connaît.",
            Link("Réinitialiser mon mot de passe", reset_url),
        ),
    )


def email_changed(at: datetime) -> Letter:
    """To the old address; the new one is not told there."""
    return Letter(
        "[CYCLADES] L'adresse mail de votre compte a été modifiée",
        (
            f"L'adresse mail de votre compte Cyclades a été modifiée le {instant_court(at)} (heure de Paris). "
            "Cette adresse-ci n'est plus l'identifiant du compte.",
            "Si vous n'êtes pas à l'origine de cette modification, contactez sans attendre votre service gestionnaire.",
        ),
    )


def _in_full(url: str) -> tuple[str, str]:
    return (
        "Si le lien ci-dessus ne fonctionne pas, il vous suffit de copier l'adresse suivante dans la barre de votre "
        "navigateur :",
        url,
    )


def _html_block(block: str | Link) -> Markup:
    if isinstance(block, Link):
        anchor = Markup('<p><a href="{url}" style="color:#000091">{label}</a></p>')
        return anchor.format(url=block.url, label=block.label)
    lines = Markup("<br>\n").join(escape(line) for line in block.split("\n"))
    if block.startswith(("http://", "https://")):
        return Markup('<p style="word-break:break-all">{lines}</p>').format(lines=lines)
    return Markup("<p>{lines}</p>").format(lines=lines)
