"""Good files, large and unusual ones among them, are accepted by the process that can do nothing but look at them."""

from __future__ import annotations

import io
import random
from collections.abc import Callable

import pytest
from PIL import Image

from services.pieces.domain.formats import Format
from services.pieces.inspection.processes import Inspections
from tests.pieces import sample_files
from tests.pieces.inspection.test_inspection import GOOD_FILES


def inspect(inspections: Inspections, content: bytes, name: str) -> Format:
    return inspections.inspect("somebody", io.BytesIO(content), name, tuple(Format))


def photograph(size: tuple[int, int], *, progressive: bool = False) -> bytes:
    chance = random.Random(1)
    small = Image.frombytes("L", (64, 48), chance.randbytes(64 * 48)).convert("RGB")
    out = io.BytesIO()
    small.resize(size).save(out, "JPEG", quality=60, progressive=progressive)
    return out.getvalue()


# Made by the test that needs them: every process of a run collects this file.
LARGE_FILES: list[tuple[str, Callable[[], bytes], Format]] = [
    ("telephone.jpg", lambda: photograph((12_000, 9_000)), Format.JPG),
    ("progressif.jpg", lambda: photograph((8_000, 6_000), progressive=True), Format.JPG),
    ("portrait.jpg", sample_files.jpeg_of_two_pictures, Format.JPG),
    ("A4-600dpi.png", lambda: sample_files.flat("PNG", (4_961, 7_016)), Format.PNG),
    ("palette.png", lambda: sample_files.image("PNG", mode="P"), Format.PNG),
]


@pytest.mark.parametrize(("name", "content", "expected"), GOOD_FILES, ids=[name for name, _, _ in GOOD_FILES])
def test_good_files_are_accepted_by_a_confined_process(
    inspections: Inspections, name: str, content: bytes, expected: Format
) -> None:
    assert inspect(inspections, content, name) is expected


@pytest.mark.parametrize(("name", "make", "expected"), LARGE_FILES, ids=[name for name, _, _ in LARGE_FILES])
def test_large_and_unusual_files_are_accepted_by_a_confined_process(
    inspections: Inspections, name: str, make: Callable[[], bytes], expected: Format
) -> None:
    assert inspect(inspections, make(), name) is expected
