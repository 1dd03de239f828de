"""« Diplôme possédé »: the diploma or training that lets the candidate register, from the exam's
list « diplomes »."""

from services.contracts.registrations import Line
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Item, Tab
from services.registrations.domain.forms import Section, TabAnswers, select
from services.registrations.domain.tabs.tab_kind import TabContent, TabKind, list_options

TITLE = "Diplôme possédé"


def content(dossier: Dossier, _: Tab, __: TabAnswers) -> TabContent:
    field = select("diplome", "Diplôme ou formation", list_options(dossier.exam, "diplomes"))
    return TabContent(sections=(Section("Diplôme ou formation d'origine", (field,)),))


def recap(dossier: Dossier, tab: Tab) -> tuple[RecapSection, ...]:
    """« BACCALAURÉAT GÉNÉRAL - Bac général »"""
    parts = (dossier.diplome.label, dossier.diplome.precision) if dossier.diplome else ()
    return (RecapSection(TITLE, (Line(TITLE, " - ".join(part for part in parts if part)),)),)


def pdf_label(diplome: Item) -> str:
    """« BACCALAURÉAT GÉNÉRAL Bac général (00012) »"""
    official = f"({diplome.official})" if diplome.official else None
    return " ".join(part for part in (diplome.label, diplome.precision, official) if part)


KIND = TabKind(content, recap=recap, titles=(TITLE,))
