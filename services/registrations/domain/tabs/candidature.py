"""« Informations candidature »: category, situation, establishment, handicap, consents,
renouncement (guide §5.2).

An exam without categories or situations simply has no such fields; its tab may also `omit` parts by
name.
"""

from collections.abc import Iterator

from services.contracts.api.forms import Explanation, Guidance
from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain import forms
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Exam, Tab
from services.registrations.domain.rules.choices import years_label
from services.registrations.domain.tabs import etablissements
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind, list_options

PARTS = ("duree", "etablissement", "handicap", "diffusion", "renoncement")  # what `omit` may name
HANDICAP_LABEL = "Demande d'aménagement(s) d'épreuves au titre du handicap (1)"
PRESSE_LABEL = (
    "J'accepte la communication de mes résultats d'examen, en vue d'une publication par la presse "
    "ou sur les sites internet de sociétés de droit privé"
)
COLLECTIVITES_LABEL = (
    "J'accepte la communication de mes résultats, de mon nom et de mon adresse aux collectivités "
    "territoriales en vue d'éventuelles félicitations"
)
CONSENTS = (  # they must be answered, and have no default
    forms.yes_no("consent_presse", PRESSE_LABEL, required=True),
    forms.yes_no("consent_collectivites", COLLECTIVITES_LABEL, required=True),
)
RENONCEMENT = forms.Field(
    "renoncement",
    "Je souhaite renoncer à des acquis",
    "checkbox",
    hint=(
        "Pour repasser des épreuves dont la note ou la dispense pourrait être conservée. Sinon, ne "
        "cochez rien."
    ),
)
DUREE_LABEL = "Aménagement de la durée de formation"
WHICH_CATEGORY = "Quelle catégorie choisir ?"
CATEGORIES_NOTICE = (  # of the exam's texts: what candidates in none of the categories do
    "categories_notice"
)


def content(dossier: Dossier, tab: Tab, _: forms.TabAnswers) -> TabContent:
    return TabContent(sections=_sections(dossier, tab))


def check(dossier: Dossier, tab: Tab) -> Iterator[forms.FieldError]:
    if "etablissement" in _omitted(tab) or not dossier.typed(tab).is_answered("etablissement"):
        return
    etablissement = dossier.etablissement
    category = dossier.category
    if etablissement is None:
        yield forms.error(
            "etablissement",
            "Etablissement : choisissez un établissement proposé par la recherche.",
        )
    elif category and not etablissements.fits(etablissement, category):
        detail = (
            f"« {etablissement.label} » ne correspond pas à la catégorie "
            f"{category.label_with_code}."
        )
        yield forms.error("etablissement", f"Etablissement : {detail}")


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    typed = dossier.typed(tab)
    situation = dossier.exam.item("situations", typed.text("situation"))
    default_label = forms.OUI_NON[forms.NON] if typed else ""  # empty for a tab that was not opened
    answers = {
        "categorie": dossier.category.label_with_code if dossier.category else "",
        "situation": situation.label if situation else "",
        "etablissement": dossier.etablissement.label if dossier.etablissement else "",
        "amenagement_duree": forms.OUI_NON.get(typed.text("amenagement_duree"), default_label),
        "renoncement": (
            forms.OUI_NON[forms.OUI] if typed.is_ticked("renoncement") else default_label
        ),
    }
    lines = tuple(
        Line(
            field.label.removesuffix(" (1)"),
            answers.get(field.name, forms.OUI_NON.get(typed.text(field.name), "")),
        )
        for section in _sections(dossier, tab)
        for field in section.fields
        if field.type != "notice"
    )
    return (RecapSection(tab.title, lines),)


def search(
    dossier: Dossier, tab: Tab, field: str, typed: str, limit: int
) -> tuple[forms.Option, ...]:
    """Establishments of the kinds that the category allows."""
    return etablissements.search(dossier, typed, limit) if field == "etablissement" else ()


def advise(dossier: Dossier, tab: Tab, field: str, typed: str) -> str | None:
    """What to do if no establishment has that name."""
    return etablissements.advice(dossier, typed) if field == "etablissement" else None


def _sections(dossier: Dossier, tab: Tab) -> tuple[forms.Section, ...]:
    omitted = _omitted(tab)
    sections = (
        forms.Section("Type de candidature", _type_fields(dossier, omitted)),
        forms.Section("Etablissement du candidat", _etablissement_fields(dossier, tab, omitted)),
        forms.Section(
            "Aménagement d'épreuve demandé au titre du handicap",
            _handicap_fields(dossier, tab, omitted),
        ),
        forms.Section("Diffusion des résultats", () if "diffusion" in omitted else CONSENTS),
        forms.Section("Particularités", () if "renoncement" in omitted else (RENONCEMENT,)),
    )
    return tuple(section for section in sections if section.fields)


def _type_fields(dossier: Dossier, omitted: frozenset[str]) -> tuple[forms.Field, ...]:
    exam = dossier.exam
    fields = []
    if offered := tuple(
        forms.Option(each.code, each.label_with_code) for each in exam.categories if each.public
    ):
        guidance = _guidance(exam, dossier.session.year)
        fields.append(
            forms.select(
                "categorie", "Catégorie du candidat", offered, refresh=True, guidance=guidance
            )
        )
    if situations := list_options(exam, "situations"):
        fields.append(forms.select("situation", "Situation à l'inscription", situations))
    if "duree" not in omitted:
        fields.append(forms.yes_no("amenagement_duree", DUREE_LABEL, value=forms.NON))
    return tuple(fields)


def _etablissement_fields(
    dossier: Dossier, tab: Tab, omitted: frozenset[str]
) -> tuple[forms.Field, ...]:
    if "etablissement" in omitted:
        return ()
    etablissement = dossier.etablissement
    text = dossier.typed(tab).text("etablissement")
    proposed = (
        search(dossier, tab, "etablissement", text, forms.MAX_PROPOSALS)
        if text and not etablissement
        else ()
    )
    field = forms.search(
        "etablissement",
        "Etablissement",
        etablissement.label if etablissement else text,
        required=True,
        hint=etablissements.hint(dossier, etablissement),
        options=proposed,
        proposals=etablissements.proposals(dossier),
    )
    return (field,)


def _handicap_fields(
    dossier: Dossier, tab: Tab, omitted: frozenset[str]
) -> tuple[forms.Field, ...]:
    if "handicap" in omitted:
        return ()
    field = forms.yes_no("handicap", HANDICAP_LABEL, required=True, refresh=True)
    if dossier.typed(tab).text("handicap") != forms.OUI:
        return (field,)
    advice = dossier.exam.texts.get("handicap_advice", ())
    return (field, forms.notice("handicap_conseil", " ".join(advice)))


def _guidance(exam: Exam, year: int) -> Guidance | None:
    """One sentence for each public category that has one; None where the exam's catalogue says
    nothing."""
    explained: list[Explanation] = []
    for category in exam.categories:
        if category.public and category.help is not None:
            experience = " ou ".join(map(years_label, category.experience_in(year)))
            text = category.help.replace("{experience}", experience)
            explained.append({"label": category.label_with_code, "text": text})
    notice = " ".join(exam.texts.get(CATEGORIES_NOTICE, ())) or None
    return (
        {"title": WHICH_CATEGORY, "explanations": explained, "notice": notice}
        if explained
        else None
    )


def _omitted(tab: Tab) -> frozenset[str]:
    return frozenset(tab.options.get("omit", ()))


KIND = TabKind(content, check, recap, search, advise=advise)
