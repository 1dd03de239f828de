"""The filters of a declared list (`services/contracts/api/staff_lists.py`) on its page: typed, sent
to the API, shown again; and what its page and its CSV do where one of them makes no sense. A
further filter of a list needs no more than its declaration and its condition in the service's
query. Its table is a macro of `templates/liste.html`.

Names that accounts holds, of other gestionnaires and of académies: none while accounts does not
answer."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

from flask import Response, request

from gateway.clients.base import optional_answer
from gateway.pages import render_page
from gateway.posted_forms import DAY_EXPECTED, posted_text, read_day
from gateway.seal import POST_LIFE_SECONDS, current_seal
from gateway.sessions import staff_member
from services.chassis.errors import Invalid, NotFound
from services.contracts.api.operation import Operation
from services.contracts.api.staff_lists import (
    CHECKBOX,
    DAY,
    HIDDEN,
    ORDER,
    SELECT,
    TEXT,
    Counts,
    PageField,
    StaffList,
)
from services.contracts.api.staff_pieces import RecentOpening
from services.contracts.api.team import StaffName, list_academies, list_names
from services.french import alphabetical, number, time_of_day

SEARCH = "personne"
LONGEST_TEXT = 254  # characters, as a mail address has: all of them together fit in an address
UNKNOWN = "un autre gestionnaire"
PERSONAL_FILTERS = (
    "Un nom, un numéro, une adresse mail ou une date de naissance ne se cherche pas par une "
    "adresse."
)
Options = Iterable[Mapping[str, str]]
Page = TypeVar("Page")
Nothing = TypeVar("Nothing")


def typed_filters(declared: StaffList, source: Mapping[str, str]) -> dict[str, str]:
    """What an address or a form gives, by the names of the page; without what is empty."""
    texts = {
        field.name: posted_text(field.name, source)[: field.longest]
        for field in declared.page_fields.values()
    }
    return {name: text for name, text in texts.items() if text}


def render_list(
    template: str,
    declared: StaffList,
    typed: Mapping[str, str],
    options: Mapping[str, Options] | None = None,
    *,
    errors: Iterable[Mapping[str, str]] = (),
    **context: Any,
) -> Response:
    """The page of a list, with its filters as they were typed; 422 where one makes no sense, which
    its field says. `options`: as for `_fields`; `errors`: of what the page checks besides."""
    errors = [*_errors(declared, typed), *errors]
    orders = [{"value": order, "label": label} for order, label in declared.order_labels.items()]
    return render_page(
        template,
        status=422 if errors else 200,
        filters=_fields(declared, typed, {ORDER.name: orders, **(options or {})}),
        errors=errors,
        columns=declared.page_columns,
        sorting=dict(_sorting(declared, typed)),
        shown=typed,
        query=address_query(declared, typed),
        **context,
    )


def _sorting(declared: StaffList, typed: Mapping[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """By the headings that put the list in another order: how it is sorted by them now, as
    `aria-sort`, and the address of what they lead to."""
    current = typed.get(ORDER.name) or next(iter(declared.order_labels), "")
    for column in declared.page_columns:
        if order := column.order:
            following = f"-{order}" if current == order else order
            now = {order: "ascending", f"-{order}": "descending"}.get(current, "none")
            yield (
                column.heading,
                {"sort": now, "query": address_query(declared, {**typed, ORDER.name: following})},
            )


def address_query(declared: StaffList, typed: Mapping[str, str], **others: str) -> str:
    """Of the list's address, with `others`: what tells of a person is encrypted there."""
    personal = personal_filters(declared, typed)
    return urlencode(
        {
            **{name: typed[name] for name in typed if name not in personal},
            **sealed_search(personal),
            **others,
        }
    )


def filters_of_address(declared: StaffList) -> dict[str, str]:
    """As they were typed. Raises Invalid for what tells of a person and is not encrypted: an export
    without it would be of everybody."""
    if personal_filters(declared, typed_filters(declared, request.args)):
        raise Invalid(PERSONAL_FILTERS)
    return typed_filters(declared, {**request.args, **search_of_address()})


def personal_filters(declared: StaffList, typed: Mapping[str, str]) -> dict[str, str]:
    """Those that tell of a person."""
    fields = declared.page_fields.values()
    return {
        field.name: typed[field.name]
        for field in fields
        if field.is_personal and field.name in typed
    }


def counted_options(
    declared: StaffList,
    typed: Mapping[str, str],
    counts: Counts | None,
    labels: Mapping[str, Mapping[str, str]],
) -> dict[str, list[dict[str, str]]]:
    """The options of the counted filters, each with its number; without numbers where they tell
    nothing. `labels`: of a filter's values, where these are codes; those that rows may have are
    offered, whatever was counted. What is chosen is offered as well. `counts`: None where they came
    too late."""
    options = {}
    for name in declared.counted:
        field = declared.page_fields[name]
        of_filter = labels.get(name, {})
        numbers = counts.filters.get(name, {}) if counts else {}
        exact = numbers if counts and counts.is_complete else {}
        values = {*of_filter, *numbers, *filter(None, [typed.get(field.name)])}
        shown = [(of_filter.get(value, value), value) for value in values]
        options[field.name] = [
            {
                "value": value,
                "label": f"{label} ({number(exact[value])})" if exact.get(value) else label,
            }
            for label, value in sorted(shown, key=lambda pair: alphabetical(pair[0]))
        ]
    return options


def read_list(
    declared: StaffList, typed: Mapping[str, str], read: Callable[[], Page], nothing: Nothing
) -> Page | Nothing:
    """What `read` asks the service for; `nothing` where a filter makes no sense: nothing is asked
    then."""
    return nothing if _errors(declared, typed) else read()


def read_page(
    declared: StaffList, typed: Mapping[str, str], operation: Operation[Page], nothing: Page
) -> Page:
    """The page of a list that its address asks for (its filters, its cursor), as the service
    answers it."""
    query = {**filters_query(declared, typed), "cursor": request.args.get("cursor") or None}
    return read_list(declared, typed, lambda: staff_member.call(operation(query=query)), nothing)


def refuse_errors(declared: StaffList, typed: Mapping[str, str]) -> None:
    """For a CSV, which has no page to say them on. Raises NotFound for a filter that makes no
    sense."""
    if _errors(declared, typed):
        raise NotFound()


def _errors(declared: StaffList, typed: Mapping[str, str]) -> list[dict[str, str]]:
    """For the fields whose text is no day, though one is asked for."""
    days = (
        field.name
        for field in declared.page_fields.values()
        if field.kind == DAY and field.name in typed
    )
    return [
        {"pointer": f"#/{name}", "detail": DAY_EXPECTED}
        for name in days
        if read_day(typed[name]) is None
    ]


def filters_query(declared: StaffList, typed: Mapping[str, str]) -> dict[str, str]:
    """The same by the names of the API, as it reads them; a day that is none is left out."""
    fields = declared.page_fields.items()
    sent = {name: _sent(field, typed[field.name]) for name, field in fields if field.name in typed}
    return {name: value for name, value in sent.items() if value}


def _fields(
    declared: StaffList, typed: Mapping[str, str], options: Mapping[str, Options]
) -> list[dict[str, Any]]:
    """The definitions of the form's fields. `options`: of each list to choose from, by the field's
    name; one without options is not shown, nor is a hidden field without a value."""
    return [
        {
            "name": field.name,
            "label": field.label,
            "type": TEXT if field.kind == DAY else field.kind,
            "value": typed.get(field.name, ""),
            "hint": field.hint or None,
            "placeholder": field.placeholder if field.kind == SELECT else None,
            "options": list(options.get(field.name, ())),
            "is_wide": field.is_wide,
        }
        for field in declared.page_fields.values()
        if (field.kind != SELECT or options.get(field.name))
        and (field.kind != HIDDEN or field.name in typed)
    ]


def _sent(field: PageField, text: str) -> str:
    if field.kind == DAY:
        day = read_day(text)
        return day.isoformat() if day else ""
    return "true" if field.kind == CHECKBOX else text


def sealed_search(typed: Mapping[str, str]) -> dict[str, Any]:
    """What an address has of a search that tells of a person, encrypted for the member of staff who
    typed it: Back, a reload and the pages that follow find it there; neither the address nor a log
    of it says of whom it tells."""
    text = json.dumps(
        {name: text[:LONGEST_TEXT] for name, text in typed.items()}, ensure_ascii=False
    )
    return {SEARCH: current_seal().seal_text(text, _purpose())} if typed else {}


def search_of_address() -> dict[str, str]:
    """What was typed; nothing without a search. Raises Invalid for one that is too old, or of
    somebody else."""
    sealed = request.args.get(SEARCH)
    text = (
        current_seal().unseal_text(sealed, _purpose(), life_seconds=POST_LIFE_SECONDS)
        if sealed
        else "{}"
    )
    if text is None:
        raise Invalid(
            "Cette recherche date de trop longtemps, ou n'est pas la vôtre : saisissez-la de "
            "nouveau."
        )
    typed: dict[str, str] = json.loads(text)
    return typed


def _purpose() -> str:
    return f"{SEARCH} {staff_member.required().subject}"


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
    names = optional_answer(partial(staff_member.call, list_names(query=query)), None)
    return {person.id: name_of(person) for person in names.items} if names else {}


def name_of(person: StaffName) -> str:
    return f"{person.prenoms} {person.nom}"


def academie_options() -> list[dict[str, str]]:
    """Empty for who is limited to some académies, and sees no others, and while accounts does not
    answer."""
    if staff_member.required().academies is not None:
        return []
    known = optional_answer(partial(staff_member.call, list_academies()), None)
    return (
        [{"value": academie.value, "label": academie.label} for academie in known.academies]
        if known
        else []
    )
