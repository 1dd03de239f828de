"""The content of the frame around a page, passed by the application to « layout/page.html » as
`frame`."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.chassis import brand
from services.contracts import page_labels
from services.contracts.registrations import Contact

ACCESSIBILITY: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[1] / "accessibility.toml").read_text(encoding="utf-8")
)
"""What « Accessibilité » declares."""


@dataclass(frozen=True)
class Link:
    """A named address of the site; `key` is what a page gives as `active` to mark its own entry."""

    key: str
    label: str
    url: str


HOME = Link("accueil", "Accueil", "/")
MENU = (
    Link("inscription", page_labels.REGISTER, "/inscription"),
    Link("inscriptions", page_labels.REGISTRATIONS, "/inscriptions"),
    Link("documents", page_labels.DOCUMENTS, "/documents"),
    Link("formulaires", page_labels.FORMS, "/formulaires"),
    Link("justificatifs", page_labels.JUSTIFICATIFS, "/justificatifs"),
)
GESTION_HOME = Link("a-traiter", "À traiter", "/gestion")
"""Also where the way to each page of gestionnaires begins."""
GESTION_MENU = (
    ("pieces:read", GESTION_HOME),
    ("pieces:read", Link("pieces", "Pièces", "/gestion/pieces")),
    ("pieces:read", Link("relances", "Relances", "/gestion/relances")),
    ("candidatures:read", Link("candidatures", "Candidatures", "/gestion/candidatures")),
    ("candidatures:read", Link("documents", "Documents", "/gestion/documents")),
    ("candidates:correct", Link("comptes", "Comptes", "/gestion/comptes")),
    ("openings:manage", Link("ouvertures", "Ouvertures", "/gestion/ouvertures")),
    ("openings:manage", Link("annonces", "Messages", "/gestion/messages")),
    ("catalogue:manage", Link("catalogue", "Catalogue", "/gestion/catalogue")),
    ("audit:read", Link("journal", "Journal", "/gestion/journal")),
    ("staff:manage", Link("equipe", "Équipe", "/gestion/equipe")),
    ("account:manage", Link("compte", "Mon compte", "/gestion/compte")),
)
"""The scope that a page asks for, and its entry, shown to who has that scope."""
PUBLIC_MENU = (HOME, Link("ouvertures", page_labels.OPENINGS, "/ouverture-des-services"))
FOOTER = (
    Link("plan", "Plan du site", "/plan-du-site"),
    Link("mentions", "Mentions légales", "/mentions-legales"),
    Link("probleme", "Un problème ?", "/un-probleme"),
    Link("accessibilite", "Accessibilité", "/accessibilite"),
    Link("verification", page_labels.VERIFICATION, page_labels.VERIFICATION_PATH),
)
LOG_IN = Link("connexion", page_labels.LOG_IN, "/connexion")
CREATE_ACCOUNT = Link("creation", page_labels.CREATE_ACCOUNT, "/compte/creation")
ACCOUNT = Link("compte", page_labels.ACCOUNT, "/compte")
MESSAGES = Link("messages", page_labels.MESSAGES, "/messages")
MY_DATA = Link("donnees", page_labels.MY_DATA, "/compte/donnees")
LOG_OUT = Link("deconnexion", page_labels.LOG_OUT, "/deconnexion")
PAGES = {
    link.key: link
    for link in (*PUBLIC_MENU, *MENU, *FOOTER, LOG_IN, CREATE_ACCOUNT, ACCOUNT, MESSAGES, MY_DATA)
}
GESTION_PAGES = {link.key: link for _, link in GESTION_MENU}
"""For templates, by key, as both are."""


@dataclass(frozen=True)
class SessionEnd:
    """When inactivity ends the session, and how long before the page warns; seconds."""

    ends_in: int
    warns_before: int = 300
    extend_url: str = "/session/prolonger"


@dataclass(frozen=True)
class Frame:
    """Everything around a page's content. `last_login` is ready to be shown, « 23/08/2018 »; so is
    `person`, who is logged in, where the page says it. What has no address here has no link. The
    brand block can be set, since only the State may use the State's marks: `institution` has one
    line per item; `accessibility` is the state of conformity, which the law requires on every
    page."""

    institution: tuple[str, ...] = tuple(brand.INSTITUTION.split("|"))
    service_title: str = brand.SERVICE_TITLE
    tagline: str = brand.TAGLINE
    accessibility: str = ACCESSIBILITY["state"]
    connected: bool = False
    last_login: str | None = None
    active: str | None = None
    contact: Contact | None = None
    session_end: SessionEnd | None = None
    demonstration: bool = True
    menu: tuple[Link, ...] = MENU
    public_menu: tuple[Link, ...] = PUBLIC_MENU
    footer: tuple[Link, ...] = FOOTER
    home: Link = HOME
    login: Link = LOG_IN
    register: Link | None = CREATE_ACCOUNT
    account: Link | None = ACCOUNT
    messages: Link | None = MESSAGES
    logout: Link = LOG_OUT
    person: str | None = None
