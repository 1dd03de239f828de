"""The account's forms (guide §3 and §4) as data: labels, hints, choices and what was typed. Pages
only render them."""

from collections.abc import Collection, Mapping
from typing import Any, cast

from services.accounts.domain.civil_status import CIVILITES
from services.accounts.domain.form_reader import FormReader
from services.accounts.domain.passwords import Profile
from services.contracts.api.forms import Form, FormField, FormSection, Option, Suggestions
from services.reference import communes
from services.reference.lists import FRANCE, departements, pays

_DATE_HINT = "Exemple: 30/05/1998"
_EMAIL_HINT = "Exemple: nom.prenom@domaine.fr"
CHOOSE_DEPARTEMENT = "Choisissez d'abord votre département, DOM ou COM de naissance."
ALWAYS_MODIFIABLE = (  # contact and password, below
    "seuls l'adresse mail et le mot de passe sont modifiables"
)
FROZEN_NOTICE = (
    f"Vous avez une candidature : {ALWAYS_MODIFIABLE}. Si une autre information est erronée, "
    "contactez le service gestionnaire dont les coordonnées figurent en haut de la page ou sur "
    "votre récapitulatif d'inscription."
)
CERTIFIED = "Certifié par FranceConnect"
CERTIFIED_NOTICE = (
    "Votre état civil est certifié par FranceConnect : il ne se modifie pas ici. S'il est erroné, "
    "contactez le service gestionnaire."
)
UNSURE_NOTICE = (
    f"Pour le moment, {ALWAYS_MODIFIABLE}. Revenez dans quelques minutes pour modifier les autres "
    "informations."
)


def creation(
    values: Mapping[str, Any], profile: Profile, *, certified: Collection[str] = ()
) -> Form:
    """« Formulaire de création » with `values` as typed, passwords aside. `certified`: fields that
    FranceConnect has filled; no password is chosen then."""
    if not certified:
        fields = [*_identity(values), *_contact(values), *_new_password(profile, required=True)]
        return {"sections": [_section(fields)]}
    shown = [
        cast(FormField, {**field, "disabled": True, "refresh": False, "hint": CERTIFIED})
        for field in _identity(values)
        if field["name"] in certified and not field["name"].endswith("_confirmation")
    ]
    left_out = {*certified, *(["commune_hors_liste"] if "commune_naissance" in certified else ())}
    asked = [field for field in _identity(values) if field["name"] not in left_out]
    return {"sections": [_section(shown, CERTIFIED_NOTICE), _section([*asked, *_contact(values)])]}


def change(values: Mapping[str, Any], profile: Profile, *, frozen_notice: str | None) -> Form:
    """« Modifier mes informations »; with a `frozen_notice` only mail and password can change and
    it says why."""
    identity = _identity(values)
    if frozen_notice:
        identity = [{**field, "disabled": True, "refresh": False} for field in identity]
    current = _field(
        "current_password",
        "Mot de passe actuel",
        "password",
        FormReader({}),
        required=False,
        hint="Demandé pour changer l'adresse mail ou le mot de passe",
        autocomplete="current-password",
    )
    contact = [
        *_contact(values),
        *_new_password(profile, required=False),
        current,
        _version(values),
    ]
    return {"sections": [_section(identity, frozen_notice), _section(contact)]}


def correction(values: Mapping[str, Any]) -> Form:
    """The civil status alone, as staff correct it: they copy a document, and type nothing twice."""
    fields = [field for field in _identity(values) if not field["name"].endswith("_confirmation")]
    return {"sections": [_section([*fields, _version(values)])]}


def _version(values: Mapping[str, Any]) -> FormField:
    """Of the account that the form is made from: a civil status that has changed since is not
    replaced."""
    return _field("version", "", "hidden", FormReader(values), required=False)


def _section(fields: list[FormField], notice: str | None = None) -> FormSection:
    return {"title": None, "notice": notice, "fields": fields}


def communes_for(departement: str, q: str) -> Suggestions:
    """Communes of the département for the words typed; the advice says why none can be found
    there."""
    options = tuple(
        _option(commune.label, commune.label) for commune in communes.search(departement, q)
    )
    advice = CHOOSE_DEPARTEMENT if departements.by_code(departement) is None else None
    return Suggestions(options=options, advice=advice)


def _identity(values: Mapping[str, Any]) -> list[FormField]:
    typed = FormReader(values)
    return [
        _field(
            "civilite",
            "Civilité",
            "select",
            typed,
            autocomplete="honorific-prefix",
            options=[_option(civilite, civilite) for civilite in CIVILITES],
        ),
        _field(
            "nom_famille",
            "Nom de famille",
            "text",
            typed,
            hint="(Nom de naissance)",
            autocomplete="family-name",
        ),
        _field(
            "nom_famille_confirmation",
            "Confirmation du nom de naissance",
            "text",
            typed,
            autocomplete="off",
        ),
        _field(
            "nom_usage",
            "Nom d'usage",
            "text",
            typed,
            required=False,
            hint="(Nom marital par exemple)",
            autocomplete="off",
        ),
        _field("prenoms", "Prénoms", "text", typed, autocomplete="given-name"),
        _field(
            "date_naissance",
            "Date de naissance",
            "date",
            typed,
            hint=_DATE_HINT,
            autocomplete="bday",
        ),
        _field(
            "date_naissance_confirmation",
            "Confirmation date de naissance",
            "date",
            typed,
            hint=_DATE_HINT,
            autocomplete="off",
        ),
        *_birthplace(typed),
    ]


def _birthplace(typed: FormReader) -> list[FormField]:
    country_code = typed.raw("pays_naissance") or FRANCE
    countries = [_option(country.code, country.label) for country in pays.proposed()]
    country_field = _field(
        "pays_naissance",
        "Pays de naissance",
        "select",
        typed,
        refresh=True,
        autocomplete="off",
        options=countries,
    )
    country_field["value"] = country_code
    if country_code != FRANCE:
        town = _field("ville_naissance", "Ville de naissance", "text", typed, autocomplete="off")
        return [country_field, town]
    choices = [_option(departement.code, departement.label) for departement in departements.all()]
    departement_field = _field(
        "departement_naissance",
        "Département, DOM ou COM de naissance",
        "select",
        typed,
        refresh=True,
        autocomplete="off",
        options=choices,
    )
    checkbox = _field(
        "commune_hors_liste",
        "Ma commune n'est pas dans la liste",
        "checkbox",
        typed,
        required=False,
        refresh=True,
        hint="Par exemple une commune réunie à une autre depuis votre naissance.",
    )
    checkbox["value"] = "oui" if typed.is_ticked("commune_hors_liste") else ""
    return [country_field, departement_field, _commune(typed), checkbox]


def _commune(typed: FormReader) -> FormField:
    if typed.is_ticked("commune_hors_liste"):
        return _field(
            "commune_naissance_libre",
            "Commune de naissance",
            "text",
            typed,
            autocomplete="off",
            hint="Nom de la commune à la date de votre naissance",
        )
    commune = _field(
        "commune_naissance",
        "Commune de naissance",
        "search",
        typed,
        autocomplete="off",
        hint="Champ de recherche fonction du département",
        search="communes",
    )
    commune["display"] = typed.raw("commune_naissance-texte") or commune["value"]
    return commune


def _contact(values: Mapping[str, Any]) -> list[FormField]:
    typed = FormReader(values)
    return [
        _field("email", "Adresse mail", "email", typed, hint=_EMAIL_HINT, autocomplete="email"),
        _field(
            "email_confirmation",
            "Confirmation de l'adresse mail",
            "email",
            typed,
            hint=_EMAIL_HINT,
            autocomplete="off",
        ),
    ]


def _new_password(profile: Profile, *, required: bool) -> list[FormField]:
    """Never holds a value: passwords are not sent back."""
    nothing = FormReader({})
    hint = (
        profile.hint
        if required
        else f"{profile.hint}. Laissez vide pour garder votre mot de passe."
    )
    return [
        _field(
            "password",
            "Mot de passe",
            "password",
            nothing,
            required=required,
            hint=hint,
            autocomplete="new-password",
        ),
        _field(
            "password_confirmation",
            "Confirmation du mot de passe",
            "password",
            nothing,
            required=required,
            autocomplete="new-password",
        ),
    ]


def _field(
    name: str, label: str, type: str, typed: FormReader, *, required: bool = True, **more: Any
) -> FormField:
    given = {
        "name": name,
        "label": label,
        "type": type,
        "required": required,
        "value": typed.raw(name),
    }
    return cast(FormField, {**given, **more})


def _option(value: str, label: str) -> Option:
    return {"value": value, "label": label}
