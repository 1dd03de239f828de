"""PDFs that cost their readers much, lie, or do things: written by hand, since no library writes
such."""

import functools
import struct
import zlib
from collections.abc import Iterator

from tests.pieces import sample_files
from tests.pieces.corpus import UNVERIFIED, HostileFile

MB = 1024 * 1024
PAGES = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}
PAGE = {3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"}


class Document:
    """Bytes of a PDF as they are put together; where each object begins."""

    def __init__(self, objects: dict[int, bytes]) -> None:
        self.data = bytearray(b"%PDF-1.7\n")
        self.places: dict[int, int] = {}
        for number, body in objects.items():
            self.add(number, body)

    def add(self, number: int, body: bytes) -> None:
        self.places[number] = len(self.data)
        self.data += b"%d 0 obj\n%s\nendobj\n" % (number, body)

    def stream(self, number: int, entries: bytes, content: bytes) -> int:
        """Where it begins."""
        head = b"<< %s /Length %d >>\nstream\n" % (entries, len(content))
        self.add(number, head + content + b"\nendstream")
        return self.places[number]

    def ended(self, start: int) -> bytes:
        return bytes(self.data + b"\nstartxref\n%d\n%%%%EOF\n" % start)


def document(objects: dict[int, bytes]) -> bytes:
    """Whole, with a table of objects as old programs write it."""
    pdf = Document(objects)
    start = len(pdf.data)
    size = max(pdf.places) + 1
    rows = b"".join(b"%010d 00000 n \n" % pdf.places.get(number, 0) for number in range(1, size))
    pdf.data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows)
    pdf.data += b"trailer\n<< /Size %d /Root 1 0 R  >>" % size
    return pdf.ended(start)


@functools.cache
def compressed_zeros(size: int) -> bytes:
    """So many zero bytes, deflated, from one block of them that is repeated; `size` in whole
    megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = size % 65_521 << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (size // MB) + packer.flush() + checksum.to_bytes(4, "big")


def _index_row(kind: int, place: int) -> bytes:
    return struct.pack(">BIB", kind, place, 0)


def chained_index(links: int, entries: int) -> bytes:
    """Streams of the index with a predictor, each naming the one before."""
    pdf = Document({**PAGES, **PAGE})
    rows = [_index_row(0, 0)] + [_index_row(1, pdf.places[number]) for number in (1, 2, 3)]
    rows += [_index_row(0, 0)] * (entries - len(rows))
    pairs = (
        zip(row, above, strict=True)
        for row, above in zip(rows, [bytes(6), *rows[:-1]], strict=True)
    )
    differences = [
        bytes((now - then) % 256 for now, then in pair) for pair in pairs
    ]  # as the predictor « up » has it
    content = zlib.compress(b"".join(b"\2" + row for row in differences), 9)
    entry = b"/Type /XRef /Size %d /W [1 4 1] /Root 1 0 R /Filter /FlateDecode" % entries
    entry += b" /DecodeParms << /Predictor 12 /Columns 6 >>"
    before = b""
    for link in range(links):
        start = pdf.stream(10 + link, entry + before, content)
        before = b" /Prev %d" % start
    return pdf.ended(start)


def chains() -> Iterator[HostileFile]:
    yield HostileFile("courte.pdf", chained_index(2, 20_000), "pdf")
    yield HostileFile("longue.pdf", chained_index(60, 100_000), "pdf")
    yield HostileFile("sans-fin.pdf", chained_index(400, 200_000), UNVERIFIED)


def nested(opening: bytes, closing: bytes, depth: int, *, reached: bool) -> bytes:
    body = opening * depth + b"1" + closing * depth
    if reached:
        return document({**PAGES, **PAGE, 2: b"<< /Type /Pages /Kids %s /Count 1 >>" % body})
    return document({**PAGES, **PAGE, 4: body})


def nests() -> Iterator[HostileFile]:
    kinds = ((b"<</A", b">>", "dictionnaires", 450_000), (b"[", b"]", "tableaux", 1_800_000))
    for opening, closing, name, depth in kinds:
        yield HostileFile(
            f"{name}-lus.pdf", nested(opening, closing, depth, reached=True), "damaged"
        )
        yield HostileFile(
            f"{name}-non-lus.pdf", nested(opening, closing, depth, reached=False), "pdf"
        )


def _tree(kids: dict[int, list[int]], count: int = 1) -> bytes:
    """Nodes by number, each with the numbers of its children; 3 is the page."""
    nodes = {
        number: b"<< /Type /Pages /Count %d /Kids [%s] >>"
        % (count, b" ".join(b"%d 0 R" % kid for kid in children))
        for number, children in kids.items()
    }
    return document({1: PAGES[1], **nodes, **PAGE})


def trees() -> Iterator[HostileFile]:
    yield HostileFile("aller-retour.pdf", _tree({2: [4], 4: [2]}), "damaged")
    yield HostileFile("page-puis-boucle.pdf", _tree({2: [3, 2]}), "damaged")
    # Each level names the next one a hundred times.
    fan = {2: [10] * 100} | {10 + n: [11 + n] * 100 for n in range(30)} | {40: [3] * 100}
    yield HostileFile("eventail.pdf", _tree(fan), "damaged")
    deep = {2: [10]} | {10 + n: [11 + n] for n in range(20_000)} | {20_010: [3]}
    yield HostileFile("profond.pdf", _tree(deep), "damaged")
    yield HostileFile("repetee.pdf", _tree({2: [3] * 50_000}), "pdf")
    yield HostileFile("compte.pdf", _tree({2: [3]}, 2_000_000_000), "pdf")
    yield HostileFile("aucune.pdf", _tree({2: []}, 1_000), "damaged")


@functools.cache
def _filtered() -> dict[str, tuple[bytes, bytes]]:
    """By name, filters and content of streams that grow hugely; the first does not."""
    return {
        "flate-10": (b"/FlateDecode", compressed_zeros(10 * MB)),
        "flate": (b"/FlateDecode", compressed_zeros(1_000 * MB)),
        "run": (b"/RunLengthDecode", b"\x81\0" * (2 * MB) + b"\x80"),
        "flate-run": (
            b"[/FlateDecode /RunLengthDecode]",
            zlib.compress(b"\x81\0" * (16 * MB) + b"\x80", 9),
        ),
    }


def index_bombs() -> Iterator[HostileFile]:
    """Where the index does not fit into the memory the reader does without, and finds the objects
    by itself."""
    for name, (filters, content) in _filtered().items():
        pdf = Document({**PAGES, **PAGE})
        entries = b"/Type /XRef /Size 10 /W [1 4 1] /Root 1 0 R /Filter %s" % filters
        start = pdf.stream(9, entries, content)
        answer = "damaged" if name == "flate-10" else "pdf"
        yield HostileFile(
            f"index-{name}.pdf", pdf.ended(start), answer, takes_seconds=name == "flate"
        )


def object_bombs() -> Iterator[HostileFile]:
    """The catalogue is said to be in a stream of objects."""
    for name, (filters, content) in _filtered().items():
        pdf = Document({})
        pdf.stream(5, b"/Type /ObjStm /N 3 /First 30 /Filter %s" % filters, content)
        rows = _index_row(0, 0) + b"".join(struct.pack(">BIB", 2, 5, place) for place in range(3))
        rows += _index_row(0, 0) + _index_row(1, pdf.places[5])
        start = pdf.stream(9, b"/Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R", rows)
        yield HostileFile(f"objets-{name}.pdf", pdf.ended(start), "damaged")


def active_and_locked() -> Iterator[HostileFile]:
    """What would run opens as any other: nobody here runs it, and browsers save it
    (files.content_disposition)."""
    script = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
    catalogue = b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s /AA << /WC %s >> >>" % (
        script,
        script,
    )
    yield HostileFile("script.pdf", document({**PAGES, **PAGE, 1: catalogue}), "pdf")
    for algorithm in ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"):
        content = sample_files.pdf(user_password="secret", algorithm=algorithm)
        yield HostileFile(f"verrou-{algorithm}.pdf", content, "protected")
