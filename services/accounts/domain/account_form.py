"""The account's forms (guide §3 and §4) as data: labels, hints, choices and what was typed. Pages
only render them."""

from collections.abc import Collection, Mapping

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
    values: Mapping[str, object], profile: Profile, *, certified: Collection[str] = ()
) -> Form:
    """Return « Formulaire de création » with `values` as typed, passwords aside. `certified`: the
    fields that FranceConnect has filled; no password is chosen then."""
    if not certified:
        fields = [*_identity(values), *_contact(values), *_new_password(profile, required=True)]
        return {"sections": [_section(fields)]}
    shown = [
        _frozen(field, CERTIFIED)
        for field in _identity(values)
        if field["name"] in certified and not field["name"].endswith("_confirmation")
    ]
    left_out = {*certified, *(["commune_hors_liste"] if "commune_naissance" in certified else ())}
    asked = [field for field in _identity(values) if field["name"] not in left_out]
    return {"sections": [_section(shown, CERTIFIED_NOTICE), _section([*asked, *_contact(values)])]}


def change(values: Mapping[str, object], profile: Profile, *, frozen_notice: str | None) -> Form:
    """Return « Modifier mes informations ». With a `frozen_notice`, which says why, only mail and
    password can change."""
    identity = _identity(values)
    if frozen_notice:
        identity = [_frozen(field) for field in identity]
    current = FormField(
        name="current_password",
        label="Mot de passe actuel",
        type="password",
        required=False,
        value="",
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


def correction(values: Mapping[str, object]) -> Form:
    """Return the form of the civil status alone, as staff correct it: they copy a document, and
    type nothing twice."""
    fields = [field for field in _identity(values) if not field["name"].endswith("_confirmation")]
    return {"sections": [_section([*fields, _version(values)])]}


def _version(values: Mapping[str, object]) -> FormField:
    """Return the hidden field of the account's version that the form is made from: a civil status
    that has changed since is not replaced."""
    return FormField(
        name="version",
        label="",
        type="hidden",
        required=False,
        value=FormReader(values).raw("version"),
    )


def _frozen(field: FormField, hint: str | None = None) -> FormField:
    """Return a field that is shown and cannot be changed, with another hint where one is given."""
    frozen = field.copy()
    frozen["disabled"] = True
    frozen["refresh"] = False
    if hint is not None:
        frozen["hint"] = hint
    return frozen


def _section(fields: list[FormField], notice: str | None = None) -> FormSection:
    return {"title": None, "notice": notice, "fields": fields}


def communes_for(departement: str, q: str) -> Suggestions:
    """Suggest communes of the département for the words typed; the advice says why none can be
    found there."""
    options = tuple(
        _option(commune.label, commune.label) for commune in communes.search(departement, q)
    )
    advice = CHOOSE_DEPARTEMENT if departements.by_code(departement) is None else None
    return Suggestions(options=options, advice=advice)


def _identity(values: Mapping[str, object]) -> list[FormField]:
    typed = FormReader(values)
    return [
        FormField(
            name="civilite",
            label="Civilité",
            type="select",
            required=True,
            value=typed.raw("civilite"),
            autocomplete="honorific-prefix",
            options=[_option(civilite, civilite) for civilite in CIVILITES],
        ),
        FormField(
            name="nom_famille",
            label="Nom de famille",
            type="text",
            required=True,
            value=typed.raw("nom_famille"),
            hint="(Nom de naissance)",
            autocomplete="family-name",
        ),
        FormField(
            name="nom_famille_confirmation",
            label="Confirmation du nom de naissance",
            type="text",
            required=True,
            value=typed.raw("nom_famille_confirmation"),
            autocomplete="off",
        ),
        FormField(
            name="nom_usage",
            label="Nom d'usage",
            type="text",
            required=False,
            value=typed.raw("nom_usage"),
            hint="(Nom marital par exemple)",
            autocomplete="off",
        ),
        FormField(
            name="prenoms",
            label="Prénoms",
            type="text",
            required=True,
            value=typed.raw("prenoms"),
            autocomplete="given-name",
        ),
        FormField(
            name="date_naissance",
            label="Date de naissance",
            type="date",
            required=True,
            value=typed.raw("date_naissance"),
            hint=_DATE_HINT,
            autocomplete="bday",
        ),
        FormField(
            name="date_naissance_confirmation",
            label="Confirmation date de naissance",
            type="date",
            required=True,
            value=typed.raw("date_naissance_confirmation"),
            hint=_DATE_HINT,
            autocomplete="off",
        ),
        *_birthplace(typed),
    ]


def _birthplace(typed: FormReader) -> list[FormField]:
    country_code = typed.raw("pays_naissance") or FRANCE
    countries = [_option(country.code, country.label) for country in pays.proposed()]
    country_field = FormField(
        name="pays_naissance",
        label="Pays de naissance",
        type="select",
        required=True,
        value=country_code,
        refresh=True,
        autocomplete="off",
        options=countries,
    )
    if country_code != FRANCE:
        town = FormField(
            name="ville_naissance",
            label="Ville de naissance",
            type="text",
            required=True,
            value=typed.raw("ville_naissance"),
            autocomplete="off",
        )
        return [country_field, town]
    choices = [_option(departement.code, departement.label) for departement in departements.all()]
    departement_field = FormField(
        name="departement_naissance",
        label="Département, DOM ou COM de naissance",
        type="select",
        required=True,
        value=typed.raw("departement_naissance"),
        refresh=True,
        autocomplete="off",
        options=choices,
    )
    checkbox = FormField(
        name="commune_hors_liste",
        label="Ma commune n'est pas dans la liste",
        type="checkbox",
        required=False,
        value="oui" if typed.is_ticked("commune_hors_liste") else "",
        refresh=True,
        hint="Par exemple une commune réunie à une autre depuis votre naissance.",
    )
    return [country_field, departement_field, _commune(typed), checkbox]


def _commune(typed: FormReader) -> FormField:
    if typed.is_ticked("commune_hors_liste"):
        return FormField(
            name="commune_naissance_libre",
            label="Commune de naissance",
            type="text",
            required=True,
            value=typed.raw("commune_naissance_libre"),
            autocomplete="off",
            hint="Nom de la commune à la date de votre naissance",
        )
    return FormField(
        name="commune_naissance",
        label="Commune de naissance",
        type="search",
        required=True,
        value=typed.raw("commune_naissance"),
        autocomplete="off",
        hint="Champ de recherche fonction du département",
        search="communes",
        display=typed.raw("commune_naissance-texte") or typed.raw("commune_naissance"),
    )


def _contact(values: Mapping[str, object]) -> list[FormField]:
    typed = FormReader(values)
    return [
        FormField(
            name="email",
            label="Adresse mail",
            type="email",
            required=True,
            value=typed.raw("email"),
            hint=_EMAIL_HINT,
            autocomplete="email",
        ),
        FormField(
            name="email_confirmation",
            label="Confirmation de l'adresse mail",
            type="email",
            required=True,
            value=typed.raw("email_confirmation"),
            hint=_EMAIL_HINT,
            autocomplete="off",
        ),
    ]


def _new_password(profile: Profile, *, required: bool) -> list[FormField]:
    """Return the two fields of a password, always empty: passwords are not sent back."""
    hint = (
        profile.hint
        if required
        else f"{profile.hint}. Laissez vide pour garder votre mot de passe."
    )
    return [
        FormField(
            name="password",
            label="Mot de passe",
            type="password",
            required=required,
            value="",
            hint=hint,
            autocomplete="new-password",
        ),
        FormField(
            name="password_confirmation",
            label="Confirmation du mot de passe",
            type="password",
            required=required,
            value="",
            autocomplete="new-password",
        ),
    ]


def _option(value: str, label: str) -> Option:
    return {"value": value, "label": label}
