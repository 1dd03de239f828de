"""How a list of staff is declared. From one declaration come the schema of the query, the
conditions of the SQL (`chassis/database/staff_lists.py`), the filters and the table of the page
(`gateway/web/gestion/lists.py`), the export."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import Annotated, Any

from marshmallow import Schema, fields, post_load, validate
from msgspec import Meta

from services.contracts.api.fields import FirstDayOrInstantField, LastDayOrInstantField
from services.contracts.api.given import Given, Reader, readers_of
from services.contracts.api.operation import Answered
from services.contracts.page_sizes import LARGEST_PAGE, USUAL_PAGE

TEXT = "text"
SELECT = "select"
DAY = "day"
CHECKBOX = "checkbox"
HIDDEN = "hidden"
FIRST_DAY_WORDS = "Premier jour (AAAA-MM-JJ), ou instant"
LAST_DAY_WORDS = "Dernier jour (AAAA-MM-JJ), ou instant exclu"
CURSOR_WORDS = "next_cursor de la page précédente"
MOST_COUNTED = 10_000
Cell = Callable[[Any], object]
"""Makes the value of a cell of the declared answer of a row."""


@dataclass(frozen=True)
class PageField:
    """A field of the list's page that shows a filter, by the name that it has there.

    `kind`: the value of HIDDEN comes from a link. `placeholder`: what is chosen where nothing is,
    none where "". `longest`: characters of what is typed. `is_wide`: as wide as the page.
    `is_personal`: tells of a person, so it is posted and stands in no address.
    """

    name: str
    label: str = ""
    kind: str = TEXT
    hint: str = ""
    placeholder: str = "Toutes"
    keyboard: str = ""
    longest: int = 100
    is_wide: bool = False
    is_personal: bool = False


ORDER = PageField("tri", "Trier par", SELECT, placeholder="")


@dataclass(frozen=True)
class Filter:
    """A way to narrow a list. `name`: in the query, and of the column that has to be equal,
    where the service gives no other condition; `field`: reads and describes it; `page`: None where
    the page does not offer it; `is_counted`: it offers the values that rows have, each with their
    number, as the list's `Counts` give them."""

    name: str
    field: Reader
    page: PageField | None = None
    is_counted: bool = False


def text_filter(name: str, description: str = "", page: PageField | None = None) -> Filter:
    return Filter(
        name, fields.String(metadata={"description": description} if description else None), page
    )


def yes_or_no(name: str, description: str, page: PageField | None = None) -> Filter:
    return Filter(name, fields.Boolean(metadata={"description": description}), page)


def day_filter(name: str, page_name: str, label: str, *, is_last: bool = False) -> Filter:
    """Declare a filter from the beginning of a day in Paris or an instant on; with `is_last` until
    a day's end, or before an instant."""
    field, words = (
        (LastDayOrInstantField, LAST_DAY_WORDS)
        if is_last
        else (FirstDayOrInstantField, FIRST_DAY_WORDS)
    )
    metadata = {"type": "string", "description": words}
    return Filter(
        name, field(metadata=metadata), PageField(page_name, label, DAY, hint="JJ/MM/AAAA")
    )


@dataclass(frozen=True)
class Column:
    """A column of a list: what is said of each row.

    `name`: the heading in the export; `heading`: of the page's table; empty where one has no such
    column. `source`: the field of the declared answer (« candidature.nom » for one of a part) or
    what is made of that answer; without it, the field of that `name`. The export writes this value,
    and the page shows it unless it has a cell of its own for that heading. `align`: « right » for
    numbers. `order`: of the list's, in which the heading puts the page and, backwards, « - ».
    """

    name: str
    heading: str = ""
    source: str | Cell = ""
    align: str = ""
    order: str = ""

    @cached_property
    def value(self) -> Cell:
        """Return what says the column's value of a declared answer."""
        return attrgetter(self.source or self.name) if isinstance(self.source, str) else self.source


class ListFilters(Given):
    """The values of a list's filters that are given, by their names."""

    filters: Mapping[str, Any]


class ListPage(ListFilters):
    """A page of a list that is asked for. `limit`: rows; `cursor`: None for the first page;
    `order`: "" for a list that has one order alone."""

    limit: int
    cursor: str | None = None
    order: str = ""


@dataclass(frozen=True)
class StaffList:
    """A list of staff, declared once. `name`: of its schema in descriptions; `orders`: the usual
    one first; `order_words` describe them, `order_labels` are those that its page offers; `cursor`:
    None for a list that goes on in a way of its own."""

    name: str
    filters: tuple[Filter, ...]
    columns: tuple[Column, ...] = ()
    orders: tuple[str, ...] = ()
    order_words: str = ""
    order_labels: Mapping[str, str] = field(default_factory=dict)
    cursor: Reader | None = field(
        default_factory=lambda: fields.String(metadata={"description": CURSOR_WORDS})
    )
    page_size: int = USUAL_PAGE
    largest_page: int = LARGEST_PAGE

    def reads_filters(self, loads: type[ListFilters] = ListFilters) -> type[Schema]:
        """Return the schema of a query that narrows the list.

        It loads a `loads`: a `ListFilters`, or a class below it with members of its own.
        """
        return self._reader(loads, {})

    def reads_page(self, loads: type[ListPage] = ListPage) -> type[Schema]:
        """Return the schema of a query for a page of the list.

        It loads a `loads`: a `ListPage`, or a class below it with members of its own.
        """
        return self._reader(loads, self._readers_of_page())

    def _reader(self, loads: type[ListFilters], readers: Mapping[str, Reader]) -> type[Schema]:
        """Return the schema of a query that loads a `loads`. What is not given is left out of its
        `filters`. `readers`: of its members, by their names in the query."""
        filters = {declared.name: declared.field for declared in self.filters}

        def build(_: Schema, loaded: dict[str, Any], **__: object) -> ListFilters:
            members = {name: value for name, value in loaded.items() if name not in filters}
            chosen = {name: value for name, value in loaded.items() if name in filters}
            return loads(filters=chosen, **members)

        members = {**filters, **readers, **readers_of(loads), "build": post_load(build)}
        return type(f"{self.name}Filters", (Schema,), members)

    def _readers_of_page(self) -> dict[str, Reader]:
        sizes = validate.Range(1, self.largest_page)
        readers: dict[str, Reader] = {
            "limit": fields.Integer(load_default=self.page_size, validate=sizes)
        }
        if self.cursor:
            readers["cursor"] = self.cursor
        if self.orders:
            readers["order"] = fields.String(
                load_default=self.orders[0],
                validate=validate.OneOf(self.orders),
                metadata={"description": self.order_words},
            )
        return readers

    @property
    def export_headings(self) -> list[str]:
        return [column.name for column in self.columns if column.name]

    def export_rows(self, rows: Iterable[object]) -> list[list[object]]:
        """Return the cells of these answers."""
        columns = [column for column in self.columns if column.name]
        return [[column.value(row) for column in columns] for row in rows]

    @property
    def page_columns(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.heading)

    @property
    def page_fields(self) -> Mapping[str, PageField]:
        """Return the fields of the page by the names of the query."""
        filters = {declared.name: declared.page for declared in self.filters if declared.page}
        return {**filters, "order": ORDER} if self.order_labels else filters

    @property
    def counted(self) -> tuple[str, ...]:
        return tuple(declared.name for declared in self.filters if declared.is_counted)


class Counts(Answered):
    """The number of rows of a list that match its filters; of each counted filter, how many would
    have a value in its place."""

    total: int
    is_complete: Annotated[
        bool,
        Meta(
            description=(
                f"Sinon plus de {MOST_COUNTED} lignes : les nombres ne disent rien de toutes"
            )
        ),
    ]
    filters: dict[str, dict[str, int]]
