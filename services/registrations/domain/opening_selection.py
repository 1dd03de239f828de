"""« Ouverture des services » and « Sur quoi et où voulez-vous vous inscrire ? »: the choice of
domaine, examen, session and académie, step by step, among the openings at an instant."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.api.openings import (
    Choice,
    ChosenStep,
    NextStep,
    OpeningInformation,
    Selection,
)
from services.contracts.registration_rules import Purpose
from services.reference import academies
from services.reference.lists import departements
from services.reference.text import folded
from services.registrations.domain import windows
from services.registrations.domain.exam_definition import OpeningView

STEPS = ("domaine", "exam", "session", "academie")
DOMAINES = ("Examen", "Concours")
NOTHING_OPEN = "Aucun service d'inscription n'est ouvert pour ce choix."


@dataclass(frozen=True)
class _StepReading:
    question: str
    label: str
    value: Callable[[OpeningView], str]
    value_label: Callable[[OpeningView], str]
    place: Callable[[str], str] = folded  # sort key of a choice, from its label


_READINGS = {
    "domaine": _StepReading(
        *("Sélectionner un domaine", "Domaine"),
        lambda view: view.exam.domaine,
        lambda view: view.exam.domaine,
    ),
    "exam": _StepReading(
        *("Sélectionner un examen ou un concours", "Examen ou concours"),
        lambda view: view.exam.code,
        lambda view: view.exam.label,
    ),
    "session": _StepReading(
        *("Sélectionner une session", "Session"),
        lambda view: view.session.name,
        lambda view: view.session.label,
    ),
    "academie": _StepReading(
        *("Sélectionner une académie ou un pays d'inscription", "Académie ou pays"),
        lambda view: view.opening.academie,
        lambda view: (
            f"{view.opening.label} - ({view.opening.code_choice})"
        ),  # « ACADÉMIE DE BESANCON - (2022-06) »
        academies.place_in_lists,
    ),
}


def select(
    offered: Iterable[OpeningView],
    purpose: Purpose,
    choices: Mapping[str, str | None],
    instant: datetime,
) -> Selection:
    """Return what is chosen so far (`choices`, by step), and what comes next. For a domaine without
    openings its step stays, with the message."""
    remaining = [view for view in offered if _is_shown(view, purpose, instant)]
    steps: list[ChosenStep] = []
    for name in STEPS:
        value = choices.get(name)
        if not value:
            return _ask(name, steps, remaining)
        reading = _READINGS[name]
        remaining = [view for view in remaining if reading.value(view) == value]
        if remaining:
            steps.append(_step(name, value, reading.value_label(remaining[0])))
        else:
            domaine_step = (
                (_step(name, value, value),) if name == "domaine" and value in DOMAINES else ()
            )
            return Selection(steps=(*steps, *domaine_step), empty_message=NOTHING_OPEN)
    view = remaining[0]
    return Selection(steps=tuple(steps), information=_information(view, instant))


def _information(view: OpeningView, instant: datetime) -> OpeningInformation:
    opening = view.opening
    return OpeningInformation(
        opening_id=view.id,
        state=windows.state(opening, instant),
        sentence=windows.sentence(opening, instant),
        opens=opening.opens,
        closes=opening.closes,
        residence_notice=opening.residence_notice,
    )


def _step(name: str, value: str, value_label: str) -> ChosenStep:
    return ChosenStep(name=name, label=_READINGS[name].label, value=value, value_label=value_label)


def _is_shown(view: OpeningView, purpose: Purpose, instant: datetime) -> bool:
    if purpose is Purpose.REGISTER:
        return windows.is_open(view.opening, instant)
    return instant < view.session.closes


def _ask(name: str, steps: Sequence[ChosenStep], remaining: Sequence[OpeningView]) -> Selection:
    if name == "domaine":
        choices = tuple(Choice(value=domaine, label=domaine) for domaine in DOMAINES)
    else:
        reading = _READINGS[name]
        labels = {reading.value(view): reading.value_label(view) for view in remaining}
        in_order = sorted(labels.items(), key=lambda pair: reading.place(pair[1]))
        choices = tuple(
            Choice(value=value, label=label, hint=_hint(name, value)) for value, label in in_order
        )
    return Selection(
        steps=tuple(steps),
        next=NextStep(name=name, question=_READINGS[name].question, choices=choices),
    )


def _hint(step: str, academie: str) -> str | None:
    """« Ardennes, Aube, Marne, Haute-Marne »: the départements of an académie; None for a country
    or another step."""
    if step != "academie":
        return None
    known_academie = academies.by_code(academie)
    places = map(departements.by_code, known_academie.departements if known_academie else ())
    return ", ".join(place.name for place in places if place) or None
