"""« Identification »: the account's civil status, read-only, then nationality, address, contacts
(guide §5.1)."""

from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache, partial

from services.contracts.accounts import Identity
from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.french import short_date
from services.reference import telephones
from services.reference.lists import csp, departements, nationalites, nationality_label, pays
from services.registrations.domain import address, forms
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind

IDENTITY = "Identification du candidat"
CONTACT = "Adresse et contact"
SITUATION = "Situation du candidat"
DEPARTEMENT_LABEL = "Département, DOM ou COM de naissance"
CSP_LABEL = "Catégorie socio-professionnelle du candidat ou d'un représentant légal"
_telephone = partial(forms.Field, type="tel", autocomplete="tel", inputmode="tel")
MOBILE = _telephone(
    "telephone_mobile", "Téléphone portable", hint=f"Exemples : {telephones.EXAMPLES}"
)
FIXE = _telephone("telephone_fixe", "Téléphone fixe", hint=f"Exemples : {telephones.EXAMPLES_FIXE}")


def content(dossier: Dossier, _: Tab, typed: forms.TabAnswers) -> TabContent:
    email = _disabled_field("email", "Adresse mail", dossier.identity.email)
    sections = (
        _identity(dossier.identity),
        _birth(dossier.identity),
        address.section(typed),
        forms.Section("Contacts", (MOBILE, FIXE, email)),
        forms.Section(SITUATION, (_csp_field(),)),
    )
    return TabContent(sections=sections)


def check(dossier: Dossier, tab: Tab) -> tuple[forms.FieldError, ...]:
    typed = dossier.typed(tab)
    return (*address.check(typed), *_telephone_errors(typed))


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    typed = dossier.typed(tab)
    identity = dossier.identity
    category = csp.by_code(typed.text("csp"))
    contact_lines = (
        Line("Adresse", address.one_line(typed)),
        Line("Téléphone mobile", telephone(typed, MOBILE.name)),
        Line("Téléphone fixe", telephone(typed, FIXE.name)),
        Line("Adresse mail", identity.email),
    )
    return (
        RecapSection(IDENTITY, _identity_lines(identity, typed)),
        RecapSection(CONTACT, contact_lines),
        RecapSection(SITUATION, (Line(CSP_LABEL, category.label if category else ""),)),
    )


def search(
    dossier: Dossier, tab: Tab, field: str, typed: str, limit: int
) -> tuple[forms.Option, ...]:
    if field not in ("localite", "code_postal"):
        return ()
    return address.search(dossier.typed(tab), typed, limit, dossier.opening.academie)


def telephone(typed: forms.TabAnswers, name: str) -> str:
    """The normalised number; what was typed if it is not a number."""
    try:
        return telephones.normalised(typed.text(name))
    except ValueError:
        return typed.text(name)


def birth_date(identity: Identity) -> str:
    """« 01/01/2002 »"""
    return short_date(date.fromisoformat(identity.date_naissance))


def _identity(identity: Identity) -> forms.Section:
    fields = (
        _disabled_field("civilite", "Civilité", identity.civilite),
        _disabled_field(
            "nom_famille", "Nom de famille", identity.nom_famille, "(Nom de naissance)"
        ),
        _disabled_field(
            "nom_usage", "Nom d'usage", identity.nom_usage or "", "(Nom marital par exemple)"
        ),
        _disabled_field("prenoms", "Prénoms", identity.prenoms),
    )
    return forms.Section("Identité", fields)


def _birth(identity: Identity) -> forms.Section:
    departement = departements.by_code(identity.departement_naissance or "")
    fields = [
        _disabled_field("pays_naissance", "Pays de naissance", country_label(identity)),
        _disabled_field(
            "date_naissance", "Date de naissance", birth_date(identity), "Exemple: 30/05/1998"
        ),
    ]
    if departement:
        fields.append(
            _disabled_field("departement_naissance", DEPARTEMENT_LABEL, departement.label)
        )
    commune = _disabled_field(
        "commune_naissance", "Commune de naissance", identity.commune_naissance
    )
    return forms.Section("Naissance", (*fields, commune, _nationality(identity.civilite)))


@lru_cache(maxsize=4)  # lists of the reference data, the same for everyone of a civilité
def _nationality(civilite: str) -> forms.Field:
    options = tuple(
        forms.Option(nationalite.code, nationalite.label(civilite))
        for nationalite in nationalites.all()
    )
    return forms.select(
        "nationalite", "Nationalité", options, placeholder="Sélectionnez une nationalité"
    )


@cache
def _csp_field() -> forms.Field:
    return forms.select(
        "csp",
        CSP_LABEL,
        tuple(forms.Option(one.code, one.label, one.group or None) for one in csp.proposed()),
    )


def _disabled_field(name: str, label: str, value: str, hint: str | None = None) -> forms.Field:
    return forms.Field(name, label, value=value, hint=hint, disabled=True)


def country_label(identity: Identity) -> str:
    country = pays.by_code(identity.pays_naissance)
    return country.label if country else identity.pays_naissance


def _telephone_errors(typed: forms.TabAnswers) -> Iterator[forms.FieldError]:
    for field, normalise in ((MOBILE, telephones.normalised_mobile), (FIXE, telephones.normalised)):
        try:
            normalise(typed.text(field.name))
        except ValueError as format_error:
            detail = f"{str(format_error)[0].lower()}{str(format_error)[1:]}"
            yield forms.error(field.name, f"{forms.label_in_errors(field)} : {detail}")


def _identity_lines(identity: Identity, typed: forms.TabAnswers) -> tuple[Line, ...]:
    return (
        Line("Civilité", identity.civilite),
        Line("Nom de famille", identity.nom_famille, "Nom de naissance"),
        Line("Nom d'usage", identity.nom_usage or "", "Nom marital par exemple"),
        Line("Prénoms", identity.prenoms),
        Line("Date de naissance", birth_date(identity)),
        Line("Commune de naissance", identity.commune_naissance),
        Line(DEPARTEMENT_LABEL, identity.departement_naissance or ""),
        Line("Pays de naissance", country_label(identity)),
        Line("Nationalité", nationality_label(typed.text("nationalite"), identity.civilite)),
    )


KIND = TabKind(content, check, recap, search, titles=(IDENTITY, CONTACT, SITUATION))
