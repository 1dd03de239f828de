"""Names that accounts holds: of other gestionnaires (who has a piece's file open, who decided, who wrote a note), and
of académies, for who sees all of them. None while accounts does not answer."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

from gateway.clients.base import optional_answer
from gateway.sessions import staff_member
from services.chassis.french import time_of_day
from services.contracts.api.staff_pieces import RecentOpening
from services.contracts.api.team import StaffName, list_academies, list_names

UNKNOWN = "un autre gestionnaire"


def openings_sentence(openings: Sequence[RecentOpening], names: Mapping[str, str]) -> str:
    """« Anne DUVAL a ouvert ce fichier à 10:32 »; the last time, where several have."""
    people = sorted({names.get(opening.staff_id, UNKNOWN) for opening in openings})
    listed = " et ".join([", ".join(people[:-1]), people[-1]]) if people[1:] else people[0]
    have = "ont ouvert ce fichier, la dernière fois" if openings[1:] else "a ouvert ce fichier"
    return f"{listed[0].upper()}{listed[1:]} {have} à {time_of_day(openings[0].at)}"


def names_by_id(staff_ids: Collection[str]) -> dict[str, str]:
    """Their names by id; empty while accounts does not answer."""
    if not staff_ids:
        return {}
    query = {"ids": ",".join(sorted(set(staff_ids)))}
    names = optional_answer(partial(staff_member.call, list_names, query=query), None)
    return {person.id: name_of(person) for person in names.items} if names else {}


def name_of(person: StaffName) -> str:
    return f"{person.prenoms} {person.nom}"


def academie_options() -> list[dict[str, str]]:
    """Empty for who is limited to some académies, and sees no others, and while accounts does not answer."""
    if staff_member.required().academies is not None:
        return []
    known = optional_answer(partial(staff_member.call, list_academies), None)
    return [{"value": academie.value, "label": academie.label} for academie in known.academies] if known else []
