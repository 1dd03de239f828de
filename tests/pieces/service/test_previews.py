"""A candidate sees a small picture of their own deposit; nobody else does."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from PIL import Image
from werkzeug.test import TestResponse

from services.pieces.dependencies import dependencies
from services.pieces.domain.picture_sides import PREVIEW_SIDE
from services.pieces.operations.deposit_limits import MAX_CONCURRENT_DEPOSITS
from tests.documents.example_events import CANDIDATE
from tests.pieces import sample_files
from tests.pieces.corpus.sample_pages import heic, jpeg, sheet
from tests.pieces.example_events import OTHER
from tests.pieces.pieces_service import PiecesService


def _preview(service: PiecesService, code: str = "NATIDE06", **options: Any) -> TestResponse:
    return service.call("GET", f"/pieces/{service.piece(code)['id']}/preview", **options)


@pytest.mark.parametrize(
    ("name", "make"),
    [("a.pdf", sample_files.pdf), ("a.jpg", lambda: jpeg(sheet())), ("a.heic", lambda: heic(sheet()))],
    ids=["pdf", "jpg", "heic"],
)
def test_a_picture_or_a_first_page_is_shown_small(service: PiecesService, name: str, make: Callable[[], bytes]) -> None:
    service.registered().deposit("NATIDE06", make(), name)
    answer = _preview(service)
    assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
    with Image.open(io.BytesIO(answer.data)) as image:
        assert max(image.size) <= PREVIEW_SIDE


def test_nothing_of_it_stays_in_a_shared_browser_and_another_file_is_another_picture(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    answer = _preview(service)
    assert answer.headers["Cache-Control"] == "private, no-store"
    service.deposit("NATIDE06", sample_files.image("PNG"), "a.png")
    assert _preview(service).data != answer.data


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.zip", sample_files.archive()), ("a.docx", sample_files.docx()), ("a.mp4", sample_files.mp4())],
)
def test_what_shows_nothing_has_no_preview(service: PiecesService, name: str, content: bytes) -> None:
    service.registered().deposit("NATIDE06", content, name)
    answer = _preview(service)
    assert (answer.status_code, answer.get_json()["type"]) == (415, "/problems/apercu-impossible")


def test_there_is_none_without_a_file_and_for_others(service: PiecesService) -> None:
    service.registered()
    assert _preview(service).status_code == 404
    service.deposit("NATIDE06")
    assert _preview(service, by=OTHER).status_code == 404


def test_one_candidate_has_so_many_made_at_once_as_files_looked_at(service: PiecesService) -> None:
    service.registered().deposit("NATIDE06")
    with ExitStack() as under_way, service.app.app_context():
        for _ in range(MAX_CONCURRENT_DEPOSITS):
            under_way.enter_context(dependencies().concurrent_deposits.place(CANDIDATE))
        answer = _preview(service)
        assert (answer.status_code, answer.get_json()["type"]) == (429, "/problems/trop-d-envois")
    assert _preview(service).status_code == 200
