"""« Qualification présentée »: spécialité, forme de passage by category, dérogation, final forme
(guide §5.3)."""

from collections.abc import Iterator

from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain import forms
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.epreuve_positions import FORMES, SUBJECT_TO, formes_of_typed
from services.registrations.domain.exam_definition import Tab
from services.registrations.domain.specialites import BROWSE, absence, matching, offered
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind

TITLE = "Qualification présentée"
DEROGATION_LABEL = "Dérogation à la forme de passage"
FORMES_HINT = (
    "Globale : toutes les épreuves à cette session. Progressive : réparties sur plusieurs sessions."
)


def content(dossier: Dossier, tab: Tab, typed: forms.TabAnswers) -> TabContent:
    sections = [forms.Section("Qualification présentée", (_specialite_field(dossier, tab, typed),))]
    if _has_formes(tab):
        sections.append(forms.Section("Forme de passage", _forme_fields(dossier, typed)))
    return TabContent(sections=tuple(sections))


def check(dossier: Dossier, tab: Tab) -> Iterator[forms.FieldError]:
    specialite = dossier.typed(tab).text("specialite")
    formes = dossier.formes
    if specialite and specialite not in dossier.session.specialites:
        yield forms.error(
            "specialite", "Spécialité : choisissez une spécialité proposée à cette session."
        )
    if (
        _has_formes(tab)
        and formes.derogation
        and formes.wished is not None
        and formes.wished == formes.chosen
    ):
        yield forms.error(
            "forme_souhaitee",
            "Forme de passage souhaitée : elle est déjà celle que vous avez choisie, la dérogation "
            "est sans objet.",
        )


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    lines = [Line("Spécialité", dossier.specialite.label if dossier.specialite else "")]
    if _has_formes(tab):
        lines += [
            Line("Forme de passage", FORMES.get(dossier.formes.chosen or "", "")),
            Line(
                DEROGATION_LABEL,
                forms.OUI_NON[forms.OUI if dossier.formes.derogation else forms.NON],
            ),
            Line("Forme passage finale", dossier.formes.final_label()),
        ]
    return (RecapSection(TITLE, tuple(lines)),)


def search(
    dossier: Dossier, tab: Tab, field: str, typed: str, limit: int
) -> tuple[forms.Option, ...]:
    """Spécialités of the session by their words, in any order, by acronym, code or domain."""
    return matching(dossier.exam, offered(dossier), typed, limit) if field == "specialite" else ()


def advise(dossier: Dossier, tab: Tab, field: str, typed: str) -> str | None:
    """Why a spécialité that is searched is not offered."""
    return absence(dossier, typed) if field == "specialite" else None


def _specialite_field(dossier: Dossier, tab: Tab, typed: forms.TabAnswers) -> forms.Field:
    text = typed.text("specialite")
    specialite = dossier.exam.specialite(text)
    count = len(dossier.session.specialites)
    return forms.search(
        "specialite",
        "Spécialité",
        specialite.label_with_code if specialite else text,
        required=True,
        hint="Quelques mots de la spécialité, son sigle ou son code",
        browse=f"{BROWSE} ({count})" if count > 1 else None,
        options=(
            search(dossier, tab, "specialite", text, forms.MAX_PROPOSALS)
            if text and not specialite
            else ()
        ),
    )


def _forme_fields(dossier: Dossier, typed: forms.TabAnswers) -> tuple[forms.Field, ...]:
    category = dossier.category
    formes = category.formes if category else tuple(FORMES)
    options = tuple(forms.Option(forme, FORMES[forme]) for forme in formes)
    only, hint = (None, FORMES_HINT) if len(formes) > 1 else (formes[0], None)
    forme = forms.select("forme", "Forme de passage", options, hint=hint, value=only, refresh=True)
    derogation = forms.yes_no("derogation", DEROGATION_LABEL, refresh=True, value=forms.NON)
    wished_field = (_wished_field(),) if typed.text("derogation") == forms.OUI else ()
    final_label = formes_of_typed(
        forms.TabAnswers({"forme": only or "", **typed.values})
    ).final_label()
    final = forms.Field("forme_finale", "Forme passage finale", value=final_label, disabled=True)
    return (forme, derogation, *wished_field, final)


def _wished_field() -> forms.Field:
    options = tuple(forms.Option(forme, label) for forme, label in FORMES.items())
    return forms.select(
        "forme_souhaitee", "Forme de passage souhaitée", options, hint=SUBJECT_TO, refresh=True
    )


def _has_formes(tab: Tab) -> bool:
    """An exam without forms of passage says `omit: [forme]`."""
    return "forme" not in tab.options.get("omit", ())


KIND = TabKind(
    content, check, recap, search, lambda dossier, tab: (_wished_field().name,), advise, (TITLE,)
)
