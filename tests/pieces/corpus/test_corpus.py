"""Each hostile file has its answer, within the limits, from a program that then goes on."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator

import pytest

from services.contracts.file_rules import MAX_FILE_BYTES
from services.pieces.domain.formats import Format
from services.pieces.domain.refusals import FileRefused, FormatRefused, UnverifiableFile
from services.pieces.inspection.confinement import LIMITS
from services.pieces.inspection.format_checks import inspect_file
from services.pieces.inspection.processes import InspectionProgram, Inspections, ProcessEnd
from tests.pieces.corpus.families import COSTLY, MISLEADING
from tests.pieces.corpus.hostile_file import UNVERIFIED, Family


class RecordingProgram(InspectionProgram):
    """Remembers how each file's process ended."""

    ends: list[ProcessEnd]

    def run(self, request: bytes, file: int) -> tuple[bytes, ProcessEnd]:
        verdict, end = super().run(request, file)
        self.ends.append(end)
        return verdict, end


@pytest.fixture(scope="module")
def program() -> Iterator[RecordingProgram]:
    running = RecordingProgram()
    running.ends = []
    yield running
    running.close()


@pytest.fixture
def inspections(program: RecordingProgram) -> Inspections:
    """With that one program, which has to outlive all files."""
    inspections = Inspections(at_once=2)
    inspections.idle_programs.append(program)
    return inspections


def _unlike_their_answer(family: Family, inspect: Callable[[bytes, str], Format]) -> list[str]:
    """The files that are answered otherwise than they should be."""
    wrong = []
    for file in family():
        assert len(file.content) <= MAX_FILE_BYTES, file.name
        try:
            answer = inspect(file.content, file.name).value
        except UnverifiableFile:
            answer = UNVERIFIED
        except (FileRefused, FormatRefused) as refusal:
            answer = refusal.reason
        if answer != file.answer:
            wrong.append(f"{file.name}: {answer}, not {file.answer}")
    return wrong


@pytest.mark.parametrize("family", [pytest.param(family, id=name) for name, family in COSTLY.items()])
def test_each_hostile_file_has_its_answer_within_the_limits(
    family: Family, inspections: Inspections, program: RecordingProgram
) -> None:
    program.ends.clear()
    wrong = _unlike_their_answer(
        family, lambda content, name: inspections.inspect("somebody", io.BytesIO(content), name, tuple(Format))
    )
    assert wrong == []
    assert max(end.peak_memory for end in program.ends) <= LIMITS.memory
    assert inspections.idle_programs == [program], "another program had to take its place"
    assert program.running


@pytest.mark.parametrize("family", [pytest.param(family, id=name) for name, family in MISLEADING.items()])
def test_each_file_that_lies_has_its_answer(family: Family) -> None:
    assert (
        _unlike_their_answer(family, lambda content, name: inspect_file(io.BytesIO(content), name, tuple(Format))) == []
    )
