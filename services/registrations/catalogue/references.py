"""Checks that what the parts of an exam refer to exists: lists, forms, pièces, facts, questions,
épreuves, texts."""

from collections.abc import Collection

from services.registrations.catalogue.folders import ExamFolder
from services.registrations.catalogue.mistakes import suggestion
from services.registrations.catalogue.reading_context import ReadingContext
from services.registrations.catalogue.yaml_nodes import Node
from services.registrations.domain.acquis import TITLES
from services.registrations.domain.conditions import Test
from services.registrations.domain.exam_definition import ANY_COMMON_UNIT, Exam, Question, Tab
from services.registrations.domain.facts import FACTS
from services.registrations.domain.forms import NON, OUI
from services.registrations.domain.tabs import KINDS

_NAMES = {
    "list": "liste",
    "form": "formulaire",
    "piece": "pièce",
    "specialite": "spécialité",
    "epreuve": "épreuve",
    "recap": "partie du récapitulatif",
}
# The named list that a kind of tab shows: without it the tab would be empty.
_LISTS_OF_TABS = {"diploma": "diplomes", "acquis": TITLES}


def check(context: ReadingContext, folder: ExamFolder, exam: Exam) -> None:
    """Add a mistake for each reference to what does not exist."""
    _references(context, exam)
    _needed_by_tabs(context, folder, exam)
    _needed_texts(context, folder, exam)
    for question, test, node in context.tests:
        _test(context, exam, question, test, node)


def _references(context: ReadingContext, exam: Exam) -> None:
    defined_names: dict[str, Collection[str]] = {
        "list": exam.lists,
        "form": [form.code for form in exam.forms],
        "piece": [piece.code for piece in exam.pieces],
        "specialite": [specialite.code for specialite in exam.specialites],
        "epreuve": {*_epreuve_names(exam), ANY_COMMON_UNIT},
        "recap": [title for tab in exam.tabs for title in _recap_titles(tab)],
        **{f"item:{name}": [item.key for item in items] for name, items in exam.lists.items()},
    }
    for kind, name, node in context.references:
        names = defined_names.get(kind, ())
        if name not in names:
            what = _NAMES.get(kind, "valeur")
            mend = suggestion(name, names) if names else f"la définir, aucune {what} ne l'est"
            context.refuse(node, f"{what} que personne ne définit « {name} » : {mend}")


def _recap_titles(tab: Tab) -> tuple[str, ...]:
    """Under which the récapitulatif shows what is answered in a tab; its own questions are under
    its title."""
    titles = KINDS[tab.kind].titles if tab.kind in KINDS else ()
    return (*titles, tab.title) if tab.questions or not titles else titles


def _needed_by_tabs(context: ReadingContext, folder: ExamFolder, exam: Exam) -> None:
    for tab in exam.tabs:
        node = context.definitions.get(("tab", tab.name), folder.head)
        name = _LISTS_OF_TABS.get(tab.kind)
        if name and not exam.lists.get(name):
            context.refuse(
                node, f"l'onglet « {tab.title} » demande la liste « {name} » : écrire {name}.yaml"
            )
        if tab.kind in ("qualification", "epreuves") and not exam.specialites:
            context.refuse(
                node, f"l'onglet « {tab.title} » demande une spécialité : écrire specialites"
            )


def _needed_texts(context: ReadingContext, folder: ExamFolder, exam: Exam) -> None:
    """The demande de pièces needs its introduction; the handicap question needs the advice on which
    doctor to see."""
    node = folder.sections.get("texts", folder.head)
    if exam.pieces and not exam.texts.get("demande"):
        context.refuse(
            node,
            "texte manquant « demande » : écrire l'introduction de la demande de pièces dans texts",
        )
    asks = any(
        tab.kind == "candidature" and "handicap" not in tab.options.get("omit", ())
        for tab in exam.tabs
    )
    if asks and not exam.texts.get("handicap_advice"):
        context.refuse(
            node, "texte manquant « handicap_advice » : écrire dans texts à qui s'adresser"
        )


def _test(context: ReadingContext, exam: Exam, asking: str, test: Test, node: Node) -> None:
    """`asking`: the question that has the condition, if one has it."""
    kind, _, name = test.subject.partition(":")
    match kind:
        case "fact" if name not in FACTS:
            context.refuse(node, f"fait inconnu « {name} » : {suggestion(name, FACTS)}")
        case "fact" if values := FACTS[name].values:
            _values(context, test, values(exam), node)
        case "fact":
            _numbers(context, test, node)
        case "question":
            _question(context, exam, asking, test, name, node)
        case "epreuve" if name not in _epreuve_names(exam):
            mend = suggestion(name, _epreuve_names(exam))
            context.refuse(node, f"épreuve ou étiquette inconnue « {name} » : {mend}")


def _question(
    context: ReadingContext, exam: Exam, asking: str, test: Test, name: str, node: Node
) -> None:
    questions = {question.name: question for tab in exam.tabs for question in tab.questions}
    names = list(questions)
    if name not in names:
        context.refuse(node, f"question inconnue « {name} » : {suggestion(name, names)}")
    elif asking and names.index(name) >= names.index(asking):
        what = "cycle : elle dépend d'elle-même" if name == asking else "elle vient plus bas"
        context.refuse(
            node, f"question « {name} » : {what} ; ne citer que des questions posées plus haut"
        )
    else:
        _answers(context, exam, test, questions[name], node)


def _answers(
    context: ReadingContext, exam: Exam, test: Test, question: Question, node: Node
) -> None:
    if question.type == "number":
        _numbers(context, test, node)
    elif question.type in ("yes_no", "consent"):
        _values(context, test, (OUI, NON), node)
    elif question.type in ("choice", "search"):
        items = question.options or exam.lists.get(question.list or "", ())
        _values(context, test, [item.key for item in items], node)
    elif test.operator in ("at_least", "at_most"):
        context.refuse(
            node, f"« {test.operator} » ne compare que des nombres : écrire is, in ou present"
        )


def _numbers(context: ReadingContext, test: Test, node: Node) -> None:
    are_numbers = all(type(value) is int for value in test.values)
    if test.operator != "present" and not are_numbers:
        context.refuse(node, "un nombre entier est attendu ici : l'écrire sans guillemets")


def _values(context: ReadingContext, test: Test, known: Collection[str], node: Node) -> None:
    if test.operator in ("at_least", "at_most"):
        context.refuse(
            node, f"« {test.operator} » ne compare que des nombres : écrire is, in ou present"
        )
    elif test.operator != "present":
        for value in test.values:
            if not isinstance(value, str):
                context.refuse(node, f'valeur {value} : un texte est attendu, écrire "{value}"')
            elif value not in known:
                subject = test.subject.partition(":")[2]
                mend = suggestion(value, known) if len(known) <= 40 else "vérifier le code"
                context.refuse(node, f"valeur hors de la liste de {subject} « {value} » : {mend}")


def _epreuve_names(exam: Exam) -> set[str]:
    epreuves = [
        epreuve
        for specialite in exam.specialites
        for version in specialite.versions
        for epreuve in version.epreuves
    ]
    return {epreuve.code for epreuve in epreuves} | {
        tag for epreuve in epreuves for tag in epreuve.tags
    }
