"""The builder of every mail: a subject, paragraphs and one action, rendered as text and HTML under
a letterhead."""

import re
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from services.french import short_instant
from services.mail.mailer import Mail
from services.mail.settings import Letterhead

GREETING = "Bonjour,"
SIGNATURE = "Cordialement\nLe Service Gestionnaire"
LINK_IN_FULL = (
    "Si le lien ci-dessus ne fonctionne pas, il vous suffit de copier l'adresse suivante dans la "
    "barre de votre navigateur :"
)
AUTOMATIC = "Ce mail est envoyé automatiquement : merci de ne pas y répondre."
DEMONSTRATION = "Site de démonstration : ce mail n'a aucune valeur."
REMOVED = "(lien retiré)"
_ON_EVERY_MAIL = {"in_full": LINK_IN_FULL, "automatic": AUTOMATIC, "demonstration": DEMONSTRATION}

_TEMPLATES = Environment(
    loader=PackageLoader("services.mail"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)


def instant_in_paris(instant: datetime) -> str:
    """« 04/10/2021 à 14:08 (heure de Paris) », since a mail may be read in another time zone."""
    return f"{short_instant(instant)} (heure de Paris)"


def _typeset(text: str) -> str:
    """Return the text with no-break spaces before the signs that French separates from their word,
    so that no line begins with one."""
    return re.sub(" ([:;?!»])", "\N{NO-BREAK SPACE}\\1", text)


_TEMPLATES.filters["typeset"] = _typeset


@dataclass(frozen=True)
class Action:
    """The link that the mail is for: a button, and its address in full for mail readers that show
    no links.

    `secret`: whoever has the address can act by it, so that it is in the mail and recorded nowhere.
    """

    label: str
    url: str
    secret: bool = False


@dataclass(frozen=True)
class Letter:
    """`blocks`: paragraphs, whose line breaks are kept, and at most one action. Empty paragraphs
    are left out. `about`: the id of what alone it tells of."""

    subject: str
    blocks: tuple[str | Action, ...]
    about: str | None = None

    def mail(self, letterhead: Letterhead, *, to: str, message_id: str, date: datetime) -> Mail:
        """The mail to the address `to`."""
        values = {
            "blocks": self._whole(),
            "letterhead": letterhead,
            "subject": self.subject,
            **_ON_EVERY_MAIL,
        }
        text, html = (
            _TEMPLATES.get_template(f"letter.{kind}").render(values) for kind in ("txt", "html")
        )
        return Mail(
            to=to, subject=self.subject, text=text, html=html, message_id=message_id, date=date
        )

    def text_to_reread(self) -> str:
        """The text as its addressee may read it again on a page, without secret addresses."""
        return "\n\n".join(
            (
                block
                if isinstance(block, str)
                else f"{block.label} : {REMOVED if block.secret else block.url}"
            )
            for block in self._whole()
        )

    def _whole(self) -> tuple[str | Action, ...]:
        return (GREETING, *(block for block in self.blocks if block), SIGNATURE)
