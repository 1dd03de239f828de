"""Three thousand convocations of one CSV, with eight wrong lines among them."""

from tests.documents.imports.exam_office import ExamOffice
from tests.documents.imports.seeded_import import check_and_publish

MANY = 3000


def test_three_thousand_convocations_are_published_but_for_the_wrong_lines(
    office: ExamOffice,
) -> None:
    check_and_publish(office, MANY)
