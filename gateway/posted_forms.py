"""What a form posts, as pages, services and databases can hold it; instants and days as staff type
and read them (« 25/10/2021 12:00 », Paris time); and the errors of a refusal, as forms show
them."""

import re
import secrets
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from functools import wraps
from typing import Any

from flask import request

from services.chassis.errors import DomainError, FieldError, Invalid, NotFound
from services.clock import PARIS, YEARS, to_paris
from services.french import shown_end

Values = dict[str, str | list[str]]
InstantReader = Callable[[str], datetime | None]
OWNER_FIELD = "titulaire"
"""Whose form it is, encrypted (seal.py)."""
BUTTONS_THAT_STAY = ("onglet", "corriger", "rechercher", "choisir", "parcourir")
NO_ANSWERS = ("action", "revision", *BUTTONS_THAT_STAY, OWNER_FIELD)
"""Names in forms of what is no answer to a question."""
WORDS_SUFFIX = "-texte"
SHOWN_WORDS_SUFFIX = "-affiche"
_ORDER_KEY = re.compile(r"[\w-]{20,100}", re.ASCII)
INSTANT_FORMAT = "%d/%m/%Y %H:%M"
INSTANT_HINT = "JJ/MM/AAAA HH:MM, heure de Paris"
TEXT_EXPECTED = "Ce texte est requis."
INSTANT_EXPECTED = "Une date et une heure sont attendues, par exemple 25/10/2021 12:00."
DAY_FORMAT = "%d/%m/%Y"
DAY_EXPECTED = "Une date est attendue, par exemple 30/05/1998."
_DAY_TYPED = re.compile(r"^(\d\d)[.-]?(\d\d)[.-]?(\d{4})$", re.ASCII)
_LAST_MINUTE = (23, 59)


def posted_answers() -> Values:
    """The posted answers by field name, exactly as typed but for NUL, which services refuse: a
    text, or a list if the name was posted several times."""
    form = without_outdated_choices(request.form.to_dict(flat=False))
    typed = {
        name: [text.replace("\0", "") for text in texts]
        for name, texts in form.items()
        if name not in NO_ANSWERS
    }
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in typed.items()}


def without_outdated_choices(form: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The posted fields; a search whose words were changed since the page was made has no value any
    more: without the script that chosen earlier stays in the page, and « CAEN » would be sent for
    the words « REIMS »."""
    fields = {
        name: list(values) for name, values in form.items() if not name.endswith(SHOWN_WORDS_SUFFIX)
    }
    for marker, shown in form.items():
        if not marker.endswith(SHOWN_WORDS_SUFFIX):
            continue
        name = marker.removesuffix(SHOWN_WORDS_SUFFIX)
        words = form.get(f"{name}{WORDS_SUFFIX}", [""])[0].strip()
        if words != shown[0].strip() and name in fields:
            fields[name] = [""]
    return fields


def posted_text(name: str, source: Mapping[str, str] | None = None) -> str:
    """What was posted under that name (or stands in `source`), without NUL and outer blanks; empty
    without it."""
    return (request.form if source is None else source).get(name, "").replace("\x00", "").strip()


def posted_paragraphs() -> list[str]:
    """The lines of a document's text that are not empty."""
    return [line.strip() for line in posted_text("paragraphs").splitlines() if line.strip()]


def typed_number(text: str) -> str:
    """A number as it is kept: it is often typed, or pasted, with spaces between its digits."""
    return "".join(text.split())


def new_order_key() -> str:
    """For a form that is shown anew; it stays the same while what was typed is corrected."""
    return secrets.token_urlsafe(24)


def posted_order_key() -> str:
    """Of the field « order_key ». Raises NotFound for what no form of ours holds."""
    order_key = posted_text("order_key")
    if not _ORDER_KEY.fullmatch(order_key):
        raise NotFound()
    return order_key


def shown_here(refusal: DomainError, statuses: Collection[int]) -> DomainError:
    """The refusal, for the page of the form that was posted. Raises it where it has another
    status."""
    if refusal.http_status not in statuses:
        raise refusal
    return refusal


def shown_on(
    page: Callable[..., Any], *statuses: int
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """For a view to which a form is posted: its refusals with these statuses are shown on that
    page, which takes the same arguments."""

    def decorated(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answer(**ids: Any) -> Any:
            try:
                return view(**ids)
            except DomainError as refusal:
                return page(**ids, refusal=shown_here(refusal, statuses))

        return answer

    return decorated


def in_field(refusal: DomainError, name: str) -> DomainError:
    """The refusal as a mistake of this field of the page's form."""
    refusal.errors = (FieldError(f"#/{name}", refusal.detail),)
    return refusal


def shown_errors(refusal: DomainError | None) -> list[dict[str, str]]:
    return (
        [{"pointer": error.pointer, "detail": error.detail} for error in refusal.errors]
        if refusal
        else []
    )


def shown_instant(instant: datetime) -> str:
    """As it would be typed."""
    return to_paris(instant).strftime(INSTANT_FORMAT)


def shown_end_instant(end: datetime) -> str:
    """An exclusive end as it would be typed."""
    return shown_end(end).strftime(INSTANT_FORMAT)


def read_instant(text: str) -> datetime | None:
    """None for what is no instant, or does not exist when the clocks go forward. A day alone is its
    beginning."""
    if day := read_day(text):
        text = f"{day:%d/%m/%Y} 00:00"
    try:
        typed = datetime.strptime(" ".join(text.split()), INSTANT_FORMAT).replace(tzinfo=PARIS)
        exists = to_paris(datetime.fromtimestamp(typed.timestamp(), PARIS)).replace(fold=0) == typed
    except (ValueError, OverflowError, OSError):
        return None
    return typed if exists and typed.year in YEARS else None


def read_instants(
    typed: Mapping[str, Any], readers: Mapping[str, InstantReader], required: Mapping[str, str]
) -> dict[str, str]:
    """What these readers find, by the names of what was typed, as APIs take it. Raises Invalid with
    every mistake: what is no instant, and what is `required`, each with its sentence, and
    missing."""
    instants = {name: read(typed[name]) for name, read in readers.items()}
    errors = [
        FieldError(f"#/{name}", INSTANT_EXPECTED)
        for name, instant in instants.items()
        if instant is None
    ]
    errors += [
        FieldError(f"#/{name}", detail) for name, detail in required.items() if not typed[name]
    ]
    if errors:
        raise Invalid(errors=tuple(errors))
    return {name: instant.isoformat() for name, instant in instants.items() if instant}


def read_day(text: str) -> date | None:
    """None for what is no day. « 25-11-2001 », « 25.11.2001 » and « 25112001 » are typed as
    well."""
    typed = _DAY_TYPED.sub(r"\1/\2/\3", "".join(text.split()))
    try:
        day = datetime.strptime(typed, DAY_FORMAT).replace(tzinfo=PARIS).date()
    except ValueError:
        return None
    return day if day.year in YEARS else None


def read_end(text: str) -> datetime | None:
    """An exclusive end, None for what is no instant. The last minute of a day stands for its end
    (midnight), as pages show an exclusive end; so does a day alone."""
    day = read_day(text)
    typed = read_instant(f"{day:%d/%m/%Y} 23:59" if day else text)
    if typed is not None and (typed.hour, typed.minute) == _LAST_MINUTE:
        return typed + timedelta(minutes=1)
    return typed
