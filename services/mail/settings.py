"""Settings of the services that send mails, from the environment alone, and the letterhead that
they say."""

import ssl
from dataclasses import dataclass
from urllib.parse import urlsplit

from services.chassis import brand
from services.chassis.settings import ServiceSettings


@dataclass(frozen=True)
class Letterhead:
    """An installation, as its mails say who sends them. `demonstration`: they say that they are
    worth nothing."""

    institution: tuple[str, ...]
    service_title: str
    tagline: str
    demonstration: bool


@dataclass(frozen=True, kw_only=True)
class MailSettings(ServiceSettings):
    mail_url: str
    """Where mails go: smtp://[user:password@]host:port, smtps://… or file:///folder."""
    mail_sender: str = f"{brand.SERVICE_TITLE} <ne-pas-repondre@portail.example>"
    """From whom mails are; answers to it are not read."""
    mail_ca: str = ""
    """Certificates (PEM; mostly given as MAIL_CA_FILE) of the authority that signed the mail
    server's, where it is not a public one."""
    brand_institution: str = brand.INSTITUTION
    """Lines on top of each mail, separated by « | »: as the gateway's, on its pages."""
    brand_tagline: str = brand.TAGLINE

    def letterhead(self) -> Letterhead:
        """The letterhead of every mail of this installation."""
        institution = tuple(self.brand_institution.split("|"))
        return Letterhead(
            institution, brand.SERVICE_TITLE, self.brand_tagline, self.env != "production"
        )

    def mistakes(self) -> list[str]:
        mistakes = super().mistakes()
        if urlsplit(self.mail_url).scheme not in ("smtp", "smtps", "file"):
            mistakes.append("MAIL_URL: smtp://, smtps:// or file:// is expected")
        try:
            if self.mail_ca:
                tls_context(self.mail_ca)
        except (OSError, ValueError, TypeError):  # TypeError: text beyond ASCII
            mistakes.append("MAIL_CA: certificates in PEM are expected")
        return mistakes


def tls_context(ca: str) -> ssl.SSLContext:
    """Verifies the server's certificate and name, by the authority `ca` (PEM), or by the public
    ones if it is empty.

    Raises OSError, ValueError or TypeError where `ca` is no PEM.
    """
    return ssl.create_default_context(cadata=ca or None)
