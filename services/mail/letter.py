"""A mail as people read it: a subject, paragraphs, one action; text and HTML from one, under the same letterhead."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.mail.letterhead import Letterhead
from services.mail.mailer import Mail

GREETING = "Bonjour,"
SIGNATURE = "Cordialement\nLe Service Gestionnaire"
IN_FULL = (
    "Si le lien ci-dessus ne fonctionne pas, il vous suffit de copier l'adresse suivante dans la barre de votre "
    "navigateur :"
)
AUTOMATIC = "Ce mail est envoyé automatiquement : merci de ne pas y répondre."
DEMONSTRATION = "Site de démonstration : ce mail n'a aucune valeur."
REMOVED = "(lien retiré)"

_TEMPLATES = Environment(
    loader=PackageLoader("services.mail"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def _typeset(text: str) -> str:
    """No line begins with a sign that French sets apart from its word."""
    return re.sub(" ([:;?!»])", "\N{NO-BREAK SPACE}\\1", text)


_TEMPLATES.filters["typeset"] = _typeset


@dataclass(frozen=True)
class Action:
    """What the mail is for: a button, and its address in full for mail readers that show no links.

    `secret`: the address lets whoever has it act, so that it is in the mail and nowhere else.
    """

    label: str
    url: str
    secret: bool = False


@dataclass(frozen=True)
class Letter:
    """`blocks` are paragraphs, in which line breaks stay, and one action at most."""

    subject: str
    blocks: tuple[str | Action, ...]

    def mail(self, letterhead: Letterhead, *, to: str, message_id: str, date: datetime) -> Mail:
        """The whole mail to that address."""
        written = {"blocks": _signed(self.blocks), "letterhead": letterhead, "subject": self.subject}
        text, html = (_rendered(template, written) for template in ("letter.txt", "letter.html"))
        return Mail(to=to, subject=self.subject, text=text, html=html, message_id=message_id, date=date)

    def kept_text(self) -> str:
        """What its addressee may read again on a page: a secret address is not there any more."""
        return "\n\n".join(block if isinstance(block, str) else _kept(block) for block in _signed(self.blocks))


def _signed(blocks: tuple[str | Action, ...]) -> tuple[str | Action, ...]:
    return (GREETING, *(block for block in blocks if block), SIGNATURE)


def _kept(action: Action) -> str:
    return f"{action.label} : {REMOVED if action.secret else action.url}"


def _rendered(template: str, values: dict[str, Any]) -> str:
    return _TEMPLATES.get_template(template).render(
        in_full=IN_FULL, automatic=AUTOMATIC, demonstration=DEMONSTRATION, **values
    )
