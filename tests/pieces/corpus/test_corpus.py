"""Each hostile file has its answer, within the limits, from a program that then goes on."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest

from services.chassis.errors import DomainError
from services.contracts.file_rules import MAX_FILE_BYTES
from services.pieces.domain.formats import Format
from services.pieces.domain.refusals import FileRefused, FormatRefused, UnverifiableFile
from services.pieces.inspection.confinement import LIMITS
from services.pieces.inspection.processes import InspectionProgram, Inspections, ProcessEnd
from tests.pieces.corpus.families import FAMILIES
from tests.pieces.corpus.hostile_file import UNVERIFIED, Family, HostileFile


class RecordingProgram(InspectionProgram):
    """Remembers how each file's process ended."""

    ends: list[ProcessEnd]

    def run(self, request: bytes, file: int) -> tuple[bytes, ProcessEnd]:
        verdict, end = super().run(request, file)
        self.ends.append(end)
        return verdict, end


@pytest.fixture(scope="module")
def inspector() -> Iterator[RecordingProgram]:
    running = RecordingProgram()
    running.ends = []
    yield running
    running.close()


@pytest.fixture
def inspections(inspector: RecordingProgram) -> Inspections:
    """With that one program, which has to outlive all files."""
    inspections = Inspections(at_once=2)
    inspections.idle_programs.append(inspector)
    return inspections


@pytest.mark.parametrize("family", [pytest.param(family, id=name) for name, family in FAMILIES.items()])
def test_each_hostile_file_has_its_answer_within_the_limits(
    family: Family, inspections: Inspections, inspector: RecordingProgram
) -> None:
    answers, expected = {}, {}
    for file in family():
        assert len(file.content) <= MAX_FILE_BYTES, file.name
        answers[file.name], expected[file.name] = _answer(inspections, file), file.answer
        assert inspector.ends[-1].peak_memory <= LIMITS.memory, file.name
    assert len(answers) >= 10, "of each family"
    assert answers == expected
    assert inspections.idle_programs == [inspector], "another program had to take its place"
    assert inspector.running


def _answer(inspections: Inspections, file: HostileFile) -> str:
    try:
        return inspections.inspect("somebody", io.BytesIO(file.content), file.name, tuple(Format)).value
    except UnverifiableFile:
        return UNVERIFIED
    except (FileRefused, FormatRefused) as refusal:
        return refusal.reason
    except DomainError as error:
        return error.slug


def test_there_are_twenty_families_at_least() -> None:
    assert len(FAMILIES) >= 20
