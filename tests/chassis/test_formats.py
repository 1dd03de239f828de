"""How values are written for people, and for a spreadsheet program that reads a CSV export."""

import csv
import inspect
import io
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from services.chassis import csv_format
from services.chassis.csv_format import BYTE_ORDER_MARK, csv_text
from services.french import file_size

MO = 1024 * 1024


def test_a_size_is_rounded_up_so_that_what_exceeds_a_limit_is_never_called_that_limit() -> None:
    small = {
        0: "0 octet",
        812: "812 octets",
        1024: "1 Ko",
        48 * 1024: "48 Ko",
        48 * 1024 + 1: "49 Ko",
    }
    large = {
        MO - 1: "1 Mo",
        MO: "1 Mo",
        3 * MO // 2: "1,5 Mo",
        5 * MO: "5 Mo",
        5 * MO + 1: "5,1 Mo",
    }
    assert {size: file_size(size) for size in small | large} == small | large


COLUMNS = ("numero_candidat", "nom", "commentaire")
SEVERAL_VALUES = [
    "a,=1+1",
    ";=1+1",
    "a;=1+1",
    'a";"=1+1',
    "a\t=1+1",
    "a\n=1+1",
    "a\r=1+1",
    "a, @SUM(1)",
    " =1+1",
    '"=1+1',
    "a|=1+1",
]


def exported(*pages: list[Any]) -> str:
    return "".join(csv_text(COLUMNS, pages))


def parsed(text: str) -> list[list[str]]:
    assert text.startswith(BYTE_ORDER_MARK)
    return list(
        csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline=""), delimiter=";")
    )


def test_what_was_written_is_read_back() -> None:
    first = ["02103000001", "Đặng Thị Ánh", 'Illisible ; "page 2"\nà renvoyer']
    read = parsed(exported([first, ("001", "Œuvrard", "=HYPERLINK(1)")], [("0", "L'Haÿ", None)]))
    assert read == [list(COLUMNS), first, ["001", "Œuvrard", "'=HYPERLINK(1)"], ["0", "L'Haÿ", ""]]
    assert parsed(exported()) == [list(COLUMNS)]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_no_cell_is_calculated(sign: str) -> None:
    cell = f"{sign}cmd|' /C calc'!A0"
    assert parsed(exported([("1", cell, cell)]))[1][1:] == [f"'{cell}"] * 2


@pytest.mark.parametrize("cell", SEVERAL_VALUES)
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_nothing_is_calculated_whatever_separator_the_file_is_opened_with(
    cell: str, separator: str
) -> None:
    """Each line for itself too, as programs do that know no quotes."""
    lines = re.split(r"[\r\n]+", exported([("1", cell, f"x{cell}")]).removeprefix(BYTE_ORDER_MARK))
    calculated = [
        part
        for line in lines
        for part in line.split(separator)
        if re.match(r"[\s\"]*[=+\-@]", part)
    ]
    assert calculated == []


@pytest.mark.parametrize(
    "text", ["L'Haÿ-les-Roses", "Saint-Denis, Réunion", "12/05 - 14:00", "a=b", "x@exemple.fr"]
)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    assert parsed(exported([("1", text, "")]))[1][1] == text


def test_the_command_line_tool_writes_the_same_cells() -> None:
    tool = (Path(__file__).parents[2] / "tools/portail/portail/output.py").read_text(
        encoding="utf-8"
    )
    assert (
        re.search(r"_FORMULA = .*", tool)[0]
        == re.search(r"_FORMULA = .*", inspect.getsource(csv_format))[0]
    )


def test_dates_and_yes_or_no_are_written_for_people() -> None:
    cells = (date(2021, 10, 4), datetime(2021, 10, 4, 12, tzinfo=UTC), True)
    assert parsed(exported([cells]))[1] == ["04/10/2021", "04/10/2021 14:00", "oui"]


def test_an_error_of_the_search_comes_before_the_first_line() -> None:
    failing = ([(1 // number,)] for number in (0, 1))
    with pytest.raises(ZeroDivisionError):
        csv_text(COLUMNS, failing)
