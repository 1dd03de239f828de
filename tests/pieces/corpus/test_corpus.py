"""Each hostile file has its answer, within the limits, from a program that then goes on."""

import io
from collections.abc import Callable, Iterator

import pytest

from services.confined.checks import Limits, ProcessEnd, Program, Reason
from services.contracts.piece_rules import MAX_FILE_BYTES, Format
from services.pieces.domain.refusals import FileRefused, UnverifiableFile
from services.pieces.inspection.inspections import LIMITS, TASKS, Inspections
from services.pieces.inspection.tasks import inspect_file
from tests.pieces.corpus import archives, office_audio_video, pdfs, pictures
from tests.pieces.corpus.hostile_file import UNVERIFIED, Family

# What costs its reader time or memory.
COSTLY: dict[str, Family] = {
    "index chained with a predictor": pdfs.chains,
    "nested dictionaries and arrays": pdfs.nests,
    "trees of pages in circles": pdfs.trees,
    "filters that grow in an index": pdfs.index_bombs,
    "filters that grow in a stream of objects": pdfs.object_bombs,
    "PDFs that act or are locked": pdfs.active_and_locked,
    "progressive JPEGs of many scans": pictures.scans,
    "immense JPEGs": pictures.immense_jpegs,
    "lying JPEGs": pictures.lying_jpegs,
    "immense PNGs": pictures.immense_pngs,
    "lying PNGs": pictures.lying_pngs,
    "archives that grow": archives.bombs,
}
# What costs no more than another, and lies.
MISLEADING: dict[str, Family] = {
    "overlapping archives": archives.overlapping,
    "lying archives": archives.lying,
    "names in archives": archives.names,
    "XML and macros in DOCX": archives.words,
    "DOC in circles": office_audio_video.word_containers,
    "lying MP4": office_audio_video.films,
    "lying AVI": office_audio_video.avi_files,
    "two files in one": office_audio_video.two_at_once,
}


class RecordingProgram(Program):
    """Remembers how each file's process ended."""

    ends: list[ProcessEnd]

    def run(self, request: bytes, file: int, limits: Limits) -> tuple[bytes, ProcessEnd]:
        verdict, end = super().run(request, file, limits)
        self.ends.append(end)
        return verdict, end


@pytest.fixture(scope="module")
def program() -> Iterator[RecordingProgram]:
    running = RecordingProgram(TASKS)
    running.ends = []
    yield running
    running.close()


@pytest.fixture
def inspections(program: RecordingProgram) -> Inspections:
    """With that one program, which has to outlive all files."""
    inspections = Inspections(at_once=2)
    inspections.checks.idle_programs.append(program)
    return inspections


def _unlike_their_answer(family: Family, inspect: Callable[[bytes, str], Format]) -> list[str]:
    """The files that are answered otherwise than they should be."""
    wrong = []
    for file in family():
        assert len(file.content) <= MAX_FILE_BYTES, file.name
        try:
            answer = inspect(file.content, file.name).value
        except UnverifiableFile as refusal:
            ran_out_of_time = file.takes_seconds and refusal.reason == Reason.PROCESSOR
            answer = file.answer if ran_out_of_time else UNVERIFIED
        except FileRefused as refusal:
            answer = refusal.reason
        if answer != file.answer:
            wrong.append(f"{file.name}: {answer}, not {file.answer}")
    return wrong


@pytest.mark.parametrize("family", [pytest.param(family, id=name) for name, family in COSTLY.items()])
def test_hostile_files_have_their_answer(family: Family, inspections: Inspections, program: RecordingProgram) -> None:
    program.ends.clear()
    wrong = _unlike_their_answer(
        family, lambda content, name: inspections.inspect("somebody", io.BytesIO(content), name, tuple(Format))[0]
    )
    assert wrong == []
    assert max(end.peak_memory for end in program.ends) <= LIMITS.memory
    assert inspections.checks.idle_programs == [program], "another program had to take its place"


@pytest.mark.parametrize("family", [pytest.param(family, id=name) for name, family in MISLEADING.items()])
def test_each_file_that_lies_has_its_answer(family: Family) -> None:
    assert (
        _unlike_their_answer(family, lambda content, name: inspect_file(io.BytesIO(content), name, tuple(Format))) == []
    )
