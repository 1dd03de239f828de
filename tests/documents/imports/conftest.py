"""An exam office in front of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.documents.imports.exam_office import ExamOffice
    from tests.documents.service import Service


@pytest.fixture
def office(service: Service) -> ExamOffice:
    from tests.documents.imports.exam_office import ExamOffice

    return ExamOffice(service)
