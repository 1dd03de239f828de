"""Each hostile file has its answer, within the limits, from a program that then goes on."""

import io
from collections.abc import Callable
from operator import attrgetter
from typing import Any

import pytest

from services.confined.checks import ProcessEnd, Program, Reason
from services.contracts.piece_rules import MAX_FILE_BYTES, Format
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.inspections import LIMITS, Inspections
from services.pieces.inspection.tasks import inspect_file
from tests.pieces.corpus import UNVERIFIED, Family, archives, office_audio_video, pdfs, pictures

# What costs its reader time or memory.
COSTLY = (
    *(
        pdfs.chains,
        pdfs.nests,
        pdfs.trees,
        pdfs.index_bombs,
        pdfs.object_bombs,
        pdfs.active_and_locked,
    ),
    *(
        pictures.scans,
        pictures.immense_jpegs,
        pictures.lying_jpegs,
        pictures.immense_pngs,
        pictures.lying_pngs,
    ),
    archives.bombs,
)
# What costs no more than another, and lies.
MISLEADING = (
    *(archives.overlapping, archives.lying, archives.names, archives.words),
    *(office_audio_video.word_containers, office_audio_video.films, office_audio_video.avi_files),
    office_audio_video.two_at_once,
)


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[ProcessEnd]:
    """How each file's process ended."""
    ends: list[ProcessEnd] = []
    run = Program.run

    def recorded(*given: Any) -> tuple[bytes, ProcessEnd]:
        answer, end = run(*given)
        ends.append(end)
        return answer, end

    monkeypatch.setattr(Program, "run", recorded)
    return ends


def _unlike_their_answer(
    family: Family, inspect: Callable[[io.BytesIO, str, tuple[Format, ...]], Format]
) -> list[str]:
    """The files that are answered otherwise than they should be."""
    wrong = []
    for file in family():
        assert len(file.content) <= MAX_FILE_BYTES, file.name
        try:
            answer = inspect(io.BytesIO(file.content), file.name, tuple(Format)).value
        except UnverifiableFile as refusal:
            ran_out_of_time = file.takes_seconds and refusal.reason == Reason.PROCESSOR
            answer = file.answer if ran_out_of_time else UNVERIFIED
        except FileRefused as refusal:
            answer = refusal.reason
        if answer != file.answer:
            wrong.append(f"{file.name}: {answer}, not {file.answer}")
    return wrong


@pytest.mark.parametrize("family", COSTLY, ids=attrgetter("__name__"))
def test_hostile_files_have_their_answer(
    family: Family, inspections: Inspections, program: Program, ends: list[ProcessEnd]
) -> None:
    assert (
        _unlike_their_answer(family, lambda *file: inspections.inspect("somebody", *file)[0]) == []
    )
    assert max(end.peak_memory for end in ends) <= LIMITS.memory
    assert inspections.checks.idle_programs == [program], "another program had to take its place"


@pytest.mark.parametrize("family", MISLEADING, ids=attrgetter("__name__"))
def test_each_file_that_lies_has_its_answer(family: Family) -> None:
    assert _unlike_their_answer(family, inspect_file) == []
