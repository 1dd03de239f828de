"""What a command prints: a table for people (by default on a terminal), JSON or CSV for programs
(JSON by default)."""

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import wraps
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

View = TypeVar("View", bound=Callable[..., Any])
Item = Mapping[str, Any]
PARIS = ZoneInfo("Europe/Paris")
# What a spreadsheet would take for a formula is written as the text it is, as in the portal's own
# exports.
_FORMULA = re.compile(r"""(^[\s"']*|[;,|\t\r\n][\s"']*)(?=[=+\-@＝＋－＠])|^(?=[\t\r\n])""")
EXPORT_DELIMITER = ";"
BYTE_ORDER_MARK = "\ufeff"
DEFAULT_LIMIT = 50  # items of a list

with_limit = click.option(
    "--limite", type=click.IntRange(1), default=DEFAULT_LIMIT, show_default=True
)
"""The command gets `limite`: how many items it lists at most."""
with_academie = click.option("--academie", help="Code sur deux chiffres : 03.")
with_exam = click.option("--examen", "exam", help="Code de l'examen : BTS.")


def with_options(*options: Callable[[View], View]) -> Callable[[View], View]:
    """Options that several commands have in common, in this order; each command gets them all."""

    def decorate(view: View) -> View:
        for option in reversed(options):
            view = option(view)
        return view

    return decorate


def with_format(view: View) -> View:
    """The options --json and --csv; the command gets `form`: "table", "json" or "csv"."""

    @click.option("--json", "as_json", is_flag=True, help="Écrire du JSON.")
    @click.option(
        "--csv", "as_csv", is_flag=True, help="Écrire du CSV (UTF-8, « ; »), qu'un tableur ouvre."
    )
    @wraps(view)
    def command(*args: Any, as_json: bool, as_csv: bool, **options: Any) -> Any:
        if as_json and as_csv:
            raise click.UsageError("Choisissez --json ou --csv.")
        form = "csv" if as_csv else "json" if as_json or not sys.stdout.isatty() else "table"
        return view(*args, form=form, **options)

    return command  # type: ignore[return-value]


def numero_of(item: Item) -> str:
    """The N° candidat of a candidature, or of what belongs to one."""
    return item.get("candidature", item)["numero_candidat"] or ""


NUMERO_CANDIDAT = ("numero_candidat", "N° candidat", numero_of)


Columns = Sequence[tuple[str, str | None, Callable[[Any], Any]]]
"""The columns of a list: the name of each in CSV, its title in a table (None: not shown there), and
its value."""


def print_list(
    items: Iterable[Item], columns: Columns, form: str, extra: Sequence[str] = ()
) -> None:
    """Print items as they come (a table: at the end). `extra`: empty columns of the CSV, to be
    filled in."""
    if form == "json":
        _print_json(items)
    elif form == "csv":
        _print_csv(items, columns, extra)
    else:
        _print_table([_titled(item, columns) for item in items])


def print_one(item: Item, columns: Columns, form: str) -> None:
    """Print one item: a line for each value, where it is for people."""
    if form == "json":
        click.echo(json.dumps(item, ensure_ascii=False, indent=2))
    elif form == "csv":
        _print_csv([item], columns, ())
    else:
        grid = Table.grid(padding=(0, 2))
        for title, value in _titled(item, columns):
            grid.add_row(Text(title, style="bold"), plain(value))
        Console().print(grid)


def write_utf8() -> None:
    """Files and programs get UTF-8 whatever the locale; a terminal shows « ? » for what it does not
    have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding=None if stream.isatty() else "utf-8", errors="replace")


def counted_progress() -> Progress:
    """How many of how many are done."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    return progress_bar(*columns)


def progress_bar(*columns: ProgressColumn) -> Progress:
    """On a terminal alone: a log or a program gets nothing of it."""
    console = Console(stderr=True)
    return Progress(*columns, console=console, transient=True, disable=not console.is_terminal)


def safe_cell(text: str) -> str:
    return _FORMULA.sub(r"\1'", text)


def plain(text: str) -> Text:
    """Text of others without control characters: none of it moves the cursor or hides what stands
    before it."""
    return Text("".join(char if char.isprintable() else " " for char in text))


def paris_time(value: str | None) -> str:
    """An instant of the API in the time of Paris, wherever this machine is."""
    return (
        datetime.fromisoformat(value).astimezone(PARIS).strftime("%d/%m/%Y %H:%M") if value else ""
    )


def _text_of(value: Any) -> str:
    return (
        ""
        if value is None
        else {True: "oui", False: "non"}[value]
        if isinstance(value, bool)
        else str(value)
    )


def _titled(item: Item, columns: Columns) -> list[tuple[str, str]]:
    """Title and text of each value of an item that a table shows."""
    return [(title, _text_of(value(item))) for _, title, value in columns if title]


def _print_json(items: Iterable[Item]) -> None:
    """An array that is written as it comes."""
    separator = "["
    for item in items:
        click.echo(separator + "\n" + json.dumps(item, ensure_ascii=False), nl=False)
        separator = ","
    click.echo("[]" if separator == "[" else "\n]")


def _print_csv(items: Iterable[Item], columns: Columns, extra: Sequence[str]) -> None:
    sys.stdout.write(BYTE_ORDER_MARK)
    writer = csv.writer(sys.stdout, delimiter=EXPORT_DELIMITER, lineterminator="\n")
    writer.writerow([*(name for name, _, _ in columns), *extra])
    for item in items:
        writer.writerow(
            [*(safe_cell(_text_of(value(item))) for _, _, value in columns), *[""] * len(extra)]
        )


def _print_table(rows: Sequence[Sequence[tuple[str, str]]]) -> None:
    if not rows:
        click.echo("Rien ne correspond.")
        return
    table = Table(*[title for title, _ in rows[0]])
    console = Console()
    for row in rows:
        table.add_row(*[plain(value) for _, value in row])
    if (
        console.measure(table, options=console.options.update(max_width=sys.maxsize)).maximum
        <= console.width
    ):
        console.print(table)
        return
    for titled in (
        [(title, title) for title, _ in rows[0]],
        *rows,
    ):  # where a table would cut values: two lines each
        (_, first), *others = titled
        console.print(plain(first), soft_wrap=True)
        console.print(
            plain("    " + " - ".join(value for _, value in others if value)), soft_wrap=True
        )
