"""The content of the frame around a page, passed by the application to « layout/page.html » as `frame`."""

from dataclasses import dataclass, field

from gateway.accessibility.conformity import OVERALL
from services.chassis import brand


@dataclass(frozen=True)
class Brand:
    """The brand block. It can be set, since only the State may use the State's marks.

    `institution` has one line per item; `accessibility` is the state of conformity, which the law requires on every
    page."""

    institution: tuple[str, ...] = tuple(brand.INSTITUTION.split("|"))
    service_title: str = brand.SERVICE_TITLE
    tagline: str = brand.TAGLINE
    accessibility: str = OVERALL.state


@dataclass(frozen=True)
class Link:
    """A named address of the site; `key` is what a page gives as `active` to mark its own entry."""

    key: str
    label: str
    url: str


MENU = (
    Link("inscription", "M'inscrire", "/inscription"),
    Link("inscriptions", "Mes inscriptions", "/inscriptions"),
    Link("documents", "Mes documents", "/documents"),
    Link("formulaires", "Les formulaires", "/formulaires"),
    Link("justificatifs", "Mes justificatifs", "/justificatifs"),
)
GESTION_HOME = Link("a-traiter", "À traiter", "/gestion")
"""Also where the way to each page of gestionnaires begins."""
GESTION_MENU = (
    ("pieces:read", GESTION_HOME),
    ("pieces:read", Link("pieces", "Pièces", "/gestion/pieces")),
    ("pieces:read", Link("relances", "Relances", "/gestion/relances")),
    ("candidatures:read", Link("candidatures", "Candidatures", "/gestion/candidatures")),
    ("documents:publish", Link("documents", "Documents", "/gestion/documents")),
    ("candidates:correct", Link("comptes", "Comptes", "/gestion/comptes")),
    ("openings:manage", Link("ouvertures", "Ouvertures", "/gestion/ouvertures")),
    ("openings:manage", Link("annonces", "Messages", "/gestion/messages")),
    ("catalogue:manage", Link("catalogue", "Catalogue", "/gestion/catalogue")),
    ("audit:read", Link("journal", "Journal", "/gestion/journal")),
    ("staff:manage", Link("equipe", "Équipe", "/gestion/equipe")),
    ("account:manage", Link("compte", "Mon compte", "/gestion/compte")),
)
"""The scope that a page asks for, and its entry, shown to who has that scope."""
PUBLIC_MENU = (
    Link("accueil", "Accueil", "/"),
    Link("ouvertures", "Ouverture des services", "/ouverture-des-services"),
)
FOOTER = (
    Link("plan", "Plan du site", "/plan-du-site"),
    Link("mentions", "Mentions légales", "/mentions-legales"),
    Link("probleme", "Un problème ?", "/un-probleme"),
    Link("accessibilite", "Accessibilité", "/accessibilite"),
)


@dataclass(frozen=True)
class ServiceContact:
    """The contact of the service gestionnaire, shown once there is a candidature."""

    title: str
    lines: tuple[str, ...] = ()
    telephone: str | None = None
    email: str | None = None


@dataclass(frozen=True)
class SessionEnd:
    """When inactivity ends the session, and how long before the page warns; seconds."""

    ends_in: int
    warns_before: int = 300
    extend_url: str = "/session/prolonger"


@dataclass(frozen=True)
class Frame:
    """Everything around a page's content. `last_login` is ready to be shown, « 23/08/2018 »; so is `person`, who is
    logged in, where the page says it. What has no address here has no link."""

    brand: Brand = field(default_factory=Brand)
    connected: bool = False
    last_login: str | None = None
    active: str | None = None
    contact: ServiceContact | None = None
    session_end: SessionEnd | None = None
    demonstration: bool = True
    menu: tuple[Link, ...] = MENU
    public_menu: tuple[Link, ...] = PUBLIC_MENU
    footer: tuple[Link, ...] = FOOTER
    home_url: str = "/"
    login_url: str = "/connexion"
    register_url: str | None = "/compte/creation"
    account_url: str | None = "/compte"
    messages_url: str | None = "/messages"
    logout_url: str = "/deconnexion"
    person: str | None = None
