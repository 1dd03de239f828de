"""An import of many candidates with mistakes of each kind."""

from dataclasses import replace

from tests.documents.example_events import saved
from tests.documents.imports.exam_office import (
    CELLS,
    ExamOffice,
    csv_of,
    line,
)

CONVOCATION = CELLS["convocation"]


def seeded(office: ExamOffice, candidates: int) -> tuple[bytes, dict[int, str]]:
    """A CSV of that many candidates with eight wrong lines; by the number of each line, what its
    reason says."""
    office.register(*range(1, candidates + 1))
    office.register(9001, academie=replace(saved().academie, code="20", label="ACADÉMIE D'AMIENS"))
    office.register(9002, session=replace(saved().session, name="2023", label="BTS 2023"))
    office.register(9003, 9004, 9005, 9006)
    office.end(9003)
    office.end(9004, ecartee=True)
    lines = [line(number) for number in range(1, candidates + 1)]
    mistakes = {
        line(8888): "N° candidat inconnu",
        line(9001): "inconnu dans vos académies",
        line(9002): "n'est pas inscrit à la session BTS 2022",
        line(9003): "désinscrite",
        line(9004): "écartée",
        line(
            9005, CONVOCATION.replace("12/05/2022", "31/02/2022")
        ): "« 31/02/2022 » n'est pas une date",
        line(9006) + ";de trop": "plus de cellules",
        line(1): "répète la ligne 2",
    }
    step = candidates // len(mistakes)
    for place, wrong in enumerate(mistakes, 1):
        lines.insert(place * step, wrong)
    expected = {
        lines.index(wrong) + 2: reason for wrong, reason in mistakes.items() if wrong != line(1)
    }
    repeated = [place for place, text in enumerate(lines, 2) if text == line(1)]
    return csv_of(lines), {**expected, repeated[1]: mistakes[line(1)]}


def check_and_publish(office: ExamOffice, candidates: int) -> None:
    content, expected = seeded(office, candidates)
    ended = office.published(content)
    refusals = dict(office.refusals(ended["id"]))
    assert {int(place) for place in refusals} == set(expected), refusals
    for place, reason in expected.items():
        assert reason in refusals[str(place)]
    assert (len(expected), ended["ready"], ended["refused"]) == (8, candidates, 7), (
        "what is repeated needs no mending"
    )
    assert (ended["state"], ended["published"], ended["failed"]) == ("published", candidates, 0)
    assert [len(office.documents_of(number)) for number in (1, candidates, 9005)] == [1, 1, 0]
