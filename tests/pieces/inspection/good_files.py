"""Good files of each format, as candidates send them, and readings of them as the confined process
does them."""

import contextlib
import io
import random
from collections.abc import Callable

from PIL import Image

from services.chassis.errors import DomainError
from services.contracts.piece_rules import Format
from services.pieces.inspection import tasks
from services.pieces.inspection.tasks import inspect_file
from tests.pieces import sample_files
from tests.pieces.corpus import office_audio_video, sample_pages

# as telephones write them
_PORTRAIT = Image.new("RGB", (320, 200))
_THUMBNAIL = Image.new("RGB", (64, 48))
GOOD_FILES = [
    ("a.pdf", sample_files.pdf(), Format.PDF),
    ("restreint.PDF", sample_files.pdf(owner_password="proprietaire"), Format.PDF),
    ("late.pdf", b"\n\n" + sample_files.pdf(), Format.PDF),
    ("a.png", sample_files.image("PNG"), Format.PNG),
    ("palette.png", sample_files.image("PNG", mode="P"), Format.PNG),
    ("a.jpg", sample_files.image("JPEG"), Format.JPG),
    ("a.jpeg", sample_files.image("JPEG", mode="CMYK"), Format.JPG),
    (
        "portrait.jpg",
        sample_files.saved(_PORTRAIT, "MPO", save_all=True, append_images=[_THUMBNAIL]),
        Format.JPG,
    ),
    ("a.doc", sample_files.doc(), Format.DOC),
    ("a.docx", sample_files.docx(), Format.DOCX),
    ("a.zip", sample_files.archive(), Format.ZIP),
    ("a.avi", sample_files.avi(), Format.AVI),
    ("a.mp3", sample_files.mp3(), Format.MP3),
    ("nu.mp3", sample_files.mp3(tag=False), Format.MP3),
    ("a.mp4", sample_files.mp4(), Format.MP4),
    ("b.mp4", sample_files.mp4(b"mp42"), Format.MP4),
]
# Made by the test that needs them: every process of a run collects this file.
LARGE_FILES: list[tuple[str, Callable[[], bytes], Format]] = [
    ("telephone.jpg", lambda: photograph((12_000, 9_000)), Format.JPG),
    ("progressif.jpg", lambda: photograph((8_000, 6_000), progressive=True), Format.JPG),
    ("A4-600dpi.png", lambda: sample_files.flat("PNG", (4_961, 7_016), "1"), Format.PNG),
]


def photograph(size: tuple[int, int], *, progressive: bool = False) -> bytes:
    small = Image.frombytes("L", (64, 48), random.Random(1).randbytes(64 * 48)).convert("RGB")
    large = small.resize(size, Image.Resampling.NEAREST)
    return sample_files.saved(large, "JPEG", quality=60, progressive=progressive)


def read_all() -> None:
    """Good files, and bad ones of each format."""
    readable = [
        (name, content[: len(content) // part])
        for name, content, _ in GOOD_FILES
        for part in (1, 2)
    ]
    readable.append(("progressif.jpg", photograph((800, 600), progressive=True)))
    readable += [(file.name, file.content) for file in office_audio_video.two_at_once()]
    readable += [
        ("a.txt", b"bonjour"),
        ("a.exe", b"MZ\x90\x00" + b"\0" * 300),
        ("a.gif", b"GIF89a" + b"\0" * 50),
    ]
    for name, content in readable:
        with contextlib.suppress(DomainError):
            inspect_file(io.BytesIO(content), name, tuple(Format))
    page = sample_pages.sheet()
    lying = sample_pages.jpeg(sample_pages.rotated_by_90(page), exif=sample_pages.telephone_exif())
    for content in (
        sample_pages.jpeg(page),
        lying,
        sample_pages.heic(page),
        sample_files.pdf(pages=2),
    ):
        for task in (tasks.look_at, tasks.to_pdf, tasks.preview, tasks.to_jpeg):
            task(io.BytesIO(content))
    tasks.merge(io.BytesIO(sample_files.pdf()), lengths=[len(sample_files.pdf())])
