"""The interface of a kind of tab: its content, its errors, its lines in the récapitulatif, its
searches."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.contracts import page_labels
from services.contracts.registrations import Recap
from services.contracts.registrations import Section as RecapSection
from services.registrations.domain.dossier import Dossier
from services.registrations.domain.exam_definition import Exam, Tab
from services.registrations.domain.forms import Field, FieldError, Option, Section, TabAnswers
from services.registrations.domain.windows import closing

NOT_SAVED = (
    "Attention ! A ce stade, la candidature n'est pas encore enregistrée. "
    "Cliquez sur le bouton « Suivant » pour poursuivre votre inscription."
)
SAVE_NOW = (
    "Votre candidature n'est pas encore enregistrée. "
    f"Cliquez sur le bouton « {page_labels.SAVE} » pour transmettre votre inscription "
    "et obtenir votre numéro d'inscription."
)
CHANGES_NOT_SENT = (
    "Attention ! A ce stade, vos changements ne sont pas encore transmis : votre candidature reste "
    "telle qu'elle est enregistrée. Cliquez sur le bouton « Suivant » pour poursuivre votre "
    "modification."
)
SEND_CHANGES_NOW = (
    "Vos changements ne sont pas encore transmis : votre candidature reste telle qu'elle est "
    f"enregistrée. Cliquez sur le bouton « {page_labels.SAVE} » pour les transmettre ; votre "
    "numéro d'inscription ne change pas."
)


@dataclass(frozen=True)
class EpreuveField:
    """One épreuve of the tab « Epreuves », a disclosure: fixed where `position` is None."""

    code: str
    title: str  # "EF1 : Langue vivante 2 : Allemand : Inscrit"
    group: str  # "obligatoires" | "facultatives"
    parent: str | None
    position: Field | None  # named "position-EF1"
    position_label: str
    option: Field | None  # named "option-EF1"
    mode_label: str | None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class TabContent:
    """What a tab shows. `computed`: how the names of fields begin whose value is not what was
    typed."""

    sections: tuple[Section, ...] = ()
    paragraphs: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()
    epreuves: tuple[EpreuveField, ...] | None = None
    recap: Recap | None = None
    computed: tuple[str, ...] = ()

    def fields(self) -> tuple[Field, ...]:
        """In the order of the page."""
        of_epreuves = (
            field for line in self.epreuves or () for field in (line.position, line.option) if field
        )
        return (*(field for section in self.sections for field in section.fields), *of_epreuves)


@dataclass(frozen=True)
class TabKind:
    """`content`: with the fields as they are for what was typed, which is not yet in them;
    `check`: what is wrong besides what one sees of each field alone;
    `more_names`: names of fields that it may have in another state of the dossier;
    `advise`: the text beside the proposals for a field (dossier, tab, field, words);
    `titles`: under which the récapitulatif shows it, where that is not the tab's own."""

    content: Callable[[Dossier, Tab, TabAnswers], TabContent] = lambda dossier, tab, typed: (
        TabContent()
    )
    check: Callable[[Dossier, Tab], Iterable[FieldError]] = lambda dossier, tab: ()
    recap: Callable[[Dossier, Tab], tuple[RecapSection, ...]] = lambda dossier, tab: ()
    search: Callable[[Dossier, Tab, str, str, int], tuple[Option, ...]] = (
        lambda dossier, tab, field, typed, limit: ()
    )
    more_names: Callable[[Dossier, Tab], Iterable[str]] = lambda dossier, tab: ()
    advise: Callable[[Dossier, Tab, str, str], str | None] = lambda dossier, tab, field, typed: None
    titles: tuple[str, ...] = ()


PLACES: Mapping[str, Callable[[Dossier], str]] = {
    "exam": lambda dossier: dossier.exam.label,
    "session": lambda dossier: dossier.session.label,
    "closes": lambda dossier: f"{closing(dossier.opening.closes)} (heure de Paris)",
}
"""What an exam's file may leave to be filled in, in the paragraphs of a tab: « {closes} »."""
PLACE = re.compile(r"\{([^{}]*)\}")


def filled_in(paragraph: str, dossier: Dossier) -> str:
    """The paragraph with its places filled in for that dossier; what no place is called stays as it
    is written."""
    return PLACE.sub(
        lambda place: PLACES[place[1]](dossier) if place[1] in PLACES else place[0], paragraph
    )


def list_options(exam: Exam, name: str) -> tuple[Option, ...]:
    """The choices of a select that shows a named list of the exam."""
    return tuple(Option(item.key, item.label) for item in exam.lists.get(name, ()))


def _number(dossier: Dossier, _: Tab, __: TabAnswers) -> TabContent:
    deadline = (
        f"La fermeture du service est fixée le : {closing(dossier.opening.closes)} (heure de "
        "Paris)."
    )
    return TabContent(
        paragraphs=(deadline,), notices=(SEND_CHANGES_NOW if dossier.modifies else SAVE_NOW,)
    )


WITHOUT_FIELDS = TabKind()
"""Notice, the exam's own questions, récapitulatif: what they show is added by
`registration_form`."""
NUMBER = TabKind(_number)
