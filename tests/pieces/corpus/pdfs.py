"""PDFs that cost their readers much, lie, or do things: written by hand, since no library writes such."""

from __future__ import annotations

import base64
import functools
import struct
import zlib
from collections.abc import Iterator

from tests.pieces import sample_files
from tests.pieces.corpus.hostile_file import UNVERIFIED, HostileFile

MB = 1024 * 1024
PAGES = {1: b"<< /Type /Catalog /Pages 2 0 R >>", 2: b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"}
PAGE = {3: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"}


class Document:
    """Bytes of a PDF as they are put together; where each object begins."""

    def __init__(self) -> None:
        self.data = bytearray(b"%PDF-1.7\n")
        self.places: dict[int, int] = {}

    def add(self, number: int, body: bytes) -> int:
        """Where it begins."""
        self.places[number] = len(self.data)
        self.data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
        return self.places[number]

    def stream(self, number: int, entries: bytes, content: bytes) -> int:
        head = b"<< %s /Length %d >>\nstream\n" % (entries, len(content))
        return self.add(number, head + content + b"\nendstream")

    def table(self, more: bytes = b"") -> bytes:
        """Whole, with a table of objects as old programs write it."""
        start, size = len(self.data), max(self.places) + 1
        rows = b"".join(b"%010d 00000 n \n" % self.places.get(number, 0) for number in range(1, size))
        self.data += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, rows)
        self.data += b"trailer\n<< /Size %d /Root 1 0 R %s >>" % (size, more)
        return self.ended(start)

    def ended(self, start: int) -> bytes:
        return bytes(self.data + b"\nstartxref\n%d\n%%%%EOF\n" % start)


def document(objects: dict[int, bytes], more: bytes = b"") -> bytes:
    pdf = Document()
    for number, body in objects.items():
        pdf.add(number, body)
    return pdf.table(more)


@functools.cache
def compressed_zeros(size: int) -> bytes:
    """So many zero bytes, deflated, from one block of them that is repeated; `size` in whole megabytes."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(MB)) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = size % 65_521 << 16 | 1  # Adler-32 of zeros
    return b"\x78\xda" + block * (size // MB) + packer.flush() + checksum.to_bytes(4, "big")


def _index_row(kind: int, place: int) -> bytes:
    return struct.pack(">BIB", kind, place, 0)


def chained_index(links: int, entries: int) -> bytes:
    """Streams of the index with a predictor, each naming the one before."""
    pdf = Document()
    for number, body in {**PAGES, **PAGE}.items():
        pdf.add(number, body)
    rows = [_index_row(0, 0)] + [_index_row(1, pdf.places[number]) for number in (1, 2, 3)]
    rows += [_index_row(0, 0)] * (entries - len(rows))
    columns = 6
    content = zlib.compress(b"".join(b"\2" + row for row in _differences(rows)), 9)
    entry = b"/Type /XRef /Size %d /W [1 4 1] /Root 1 0 R /Filter /FlateDecode" % entries
    entry += b" /DecodeParms << /Predictor 12 /Columns %d >>" % columns
    before = b""
    for link in range(links):
        start = pdf.stream(10 + link, entry + before, content)
        before = b" /Prev %d" % start
    return pdf.ended(start)


def _differences(rows: list[bytes]) -> list[bytes]:
    """As the predictor « up » writes them."""
    above = [bytes(6), *rows[:-1]]
    pairs = (zip(row, up, strict=True) for row, up in zip(rows, above, strict=True))
    return [bytes((now - then) % 256 for now, then in pair) for pair in pairs]


def chains() -> Iterator[HostileFile]:
    for links in (2, 5, 20, 60, 120):
        yield HostileFile(f"chaine-{links}.pdf", chained_index(links, 20_000), "pdf")
        yield HostileFile(f"longue-{links}.pdf", chained_index(links, 100_000), "pdf")
    yield HostileFile("longue-400.pdf", chained_index(400, 200_000), UNVERIFIED)


def nested(opening: bytes, closing: bytes, depth: int, *, reached: bool) -> bytes:
    body = opening * depth + b"1" + closing * depth
    if reached:
        return document({**PAGES, **PAGE, 2: b"<< /Type /Pages /Kids %s /Count 1 >>" % body})
    return document({**PAGES, **PAGE, 4: body})


def nests() -> Iterator[HostileFile]:
    kinds = ((b"<</A", b">>", "dictionnaires", 450_000), (b"[", b"]", "tableaux", 1_800_000))
    for opening, closing, name, most in kinds:
        for depth in (100, 5_000, most // 4, most):
            for reached in (False, True):
                answer = "damaged" if reached else "pdf"
                title = f"{name}-{depth}-{'lus' if reached else 'non-lus'}.pdf"
                yield HostileFile(title, nested(opening, closing, depth, reached=reached), answer)


def _tree(kids: dict[int, list[int]], count: int = 1) -> bytes:
    """Nodes by number, each with the numbers of its children; 3 is the page."""
    nodes = {
        number: b"<< /Type /Pages /Count %d /Kids [%s] >>" % (count, b" ".join(b"%d 0 R" % kid for kid in children))
        for number, children in kids.items()
    }
    return document({1: PAGES[1], **nodes, **PAGE})


def trees() -> Iterator[HostileFile]:
    yield HostileFile("boucle.pdf", _tree({2: [2]}), "damaged")
    yield HostileFile("aller-retour.pdf", _tree({2: [4], 4: [2]}), "damaged")
    yield HostileFile("page-puis-boucle.pdf", _tree({2: [3, 2]}), "damaged")
    for width in (2, 10, 100):  # each level names the next one so many times
        nodes = {2: [10] * width} | {10 + n: [11 + n] * width for n in range(30)} | {40: [3] * width}
        yield HostileFile(f"eventail-{width}.pdf", _tree(nodes), "damaged")
    for depth in (200, 1_000, 20_000):
        nodes = {2: [10]} | {10 + n: [11 + n] for n in range(depth)} | {10 + depth: [3]}
        yield HostileFile(f"profond-{depth}.pdf", _tree(nodes), "damaged")
    for repeated in (1_000, 100_000):
        yield HostileFile(f"repetee-{repeated}.pdf", _tree({2: [3] * repeated}), "pdf")
    for count in (-1, 2_000_000_000):
        yield HostileFile(f"compte-{count}.pdf", _tree({2: [3]}, count), "pdf")
    yield HostileFile("aucune.pdf", _tree({2: []}, 1_000), "damaged")


@functools.cache
def _filtered() -> list[tuple[str, bytes, bytes]]:
    """Name, filters, and content of streams that grow hugely."""
    return list(_growing())


def _growing() -> Iterator[tuple[str, bytes, bytes]]:
    for size in (10, 100, 1_000):
        yield f"flate-{size}", b"/FlateDecode", compressed_zeros(size * MB)
        yield f"flate2-{size}", b"[/FlateDecode /FlateDecode]", zlib.compress(compressed_zeros(size * MB), 9)
    for size in (1, 4):
        yield f"ascii85-{size}", b"/ASCII85Decode", b"z" * (size * MB) + b"~>"
        encoded = base64.a85encode(compressed_zeros(size * 200 * MB)) + b"~>"
        yield f"ascii85-flate-{size}", b"[/ASCII85Decode /FlateDecode]", encoded
        yield f"run-{size}", b"/RunLengthDecode", b"\x81\0" * (size * MB // 2) + b"\x80"
        packed = zlib.compress(b"\x81\0" * (size * 4 * MB) + b"\x80", 9)
        yield f"flate-run-{size}", b"[/FlateDecode /RunLengthDecode]", packed
        yield f"lzw-{size}", b"/LZWDecode", lzw(size * MB // 4)


def lzw(length: int) -> bytes:
    """A stream of so many bytes, each code of which gives as much as the table allows."""
    bits, buffer, out, width, code = 0, 0, bytearray(), 9, 258
    codes = [256, 0]
    while len(codes) < length // 2:
        codes.append(code)
        code += 1
        if code == 4094:
            codes += [256, 0]
            code = 258
    known = 258
    for value in codes:
        buffer, bits = buffer << width | value, bits + width
        while bits >= 8:
            bits -= 8
            out.append(buffer >> bits & 255)
        buffer &= (1 << bits) - 1
        known = 257 if value == 256 else known + 1
        width = 9 if known < 511 else 10 if known < 1023 else 11 if known < 2047 else 12
    return bytes(out)


def index_bombs() -> Iterator[HostileFile]:
    for name, filters, content in _filtered():
        pdf = Document()
        for number, body in {**PAGES, **PAGE}.items():
            pdf.add(number, body)
        entries = b"/Type /XRef /Size 10 /W [1 4 1] /Root 1 0 R /Filter %s" % filters
        start = pdf.stream(9, entries, content)
        yield HostileFile(f"index-{name}.pdf", pdf.ended(start), "pdf" if name in RECOVERED else "damaged")


def object_bombs() -> Iterator[HostileFile]:
    """The catalogue is said to be in a stream of objects."""
    for name, filters, content in _filtered():
        pdf = Document()
        pdf.stream(5, b"/Type /ObjStm /N 3 /First 30 /Filter %s" % filters, content)
        rows = _index_row(0, 0) + b"".join(struct.pack(">BIB", 2, 5, place) for place in range(3))
        rows += _index_row(0, 0) + _index_row(1, pdf.places[5])
        start = pdf.stream(9, b"/Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R", rows)
        yield HostileFile(f"objets-{name}.pdf", pdf.ended(start), "damaged")


RECOVERED = frozenset({"flate-1000", "flate2-1000", "ascii85-flate-4", "flate-run-1", "flate-run-4", "run-4", "lzw-4"})
"""Indexes that do not fit into the memory: the reader does without, and finds the objects by itself."""

_ACTIONS = {
    "javascript": b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>",
    "lancement": b"<< /S /Launch /F (cmd.exe) >>",
    "lien": b"<< /S /URI /URI (http://exemple.invalid/) >>",
    "fichier": b"<< /S /GoToR /F (\\\\\\\\serveur\\\\partage) /D [0 /Fit] >>",
    "envoi": b"<< /S /SubmitForm /F (http://exemple.invalid/) >>",
    "import": b"<< /S /ImportData /F (donnees.fdf) >>",
    "inclus": b"<< /S /GoToE /T << /R /C /N (a.exe) >> >>",
    "son": b"<< /S /Sound /Sound 9 0 R >>",
    "film": b"<< /S /Movie /T (film) >>",
    "nomme": b"<< /S /Named /N /Print >>",
}


def active() -> Iterator[HostileFile]:
    """They open as any other: nobody here runs them, and browsers save them (files.disposition)."""
    for name, action in _ACTIONS.items():
        catalogue = b"<< /Type /Catalog /Pages 2 0 R /OpenAction %s /AA << /WC %s >> >>" % (action, action)
        yield HostileFile(f"{name}.pdf", document({**PAGES, **PAGE, 1: catalogue}), "pdf")
    pdf = Document()
    for number, body in {**PAGES, **PAGE}.items():
        pdf.add(number, body)
    pdf.add(1, b"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(a.exe) 5 0 R] >> >> >>")
    pdf.stream(4, b"/Type /EmbeddedFile", b"MZ\x90\0" * 100)
    pdf.add(5, b"<< /Type /Filespec /F (a.exe) /EF << /F 4 0 R >> >>")
    yield HostileFile("joint.pdf", pdf.table(), "pdf")


def locked() -> Iterator[HostileFile]:
    for algorithm in ("RC4-40", "RC4-128", "AES-128", "AES-256-R5", "AES-256"):
        for number in range(2):
            content = sample_files.pdf(user_password=f"secret{number}", algorithm=algorithm)
            yield HostileFile(f"verrou-{algorithm}-{number}.pdf", content, "protected")


def cut() -> Iterator[HostileFile]:
    whole = sample_files.pdf(pages=30)
    for part in range(1, 10):
        yield HostileFile(f"coupe-{part}.pdf", whole[: len(whole) * part // 10], "damaged")
    yield HostileFile("sans-fin.pdf", whole[:-8], "damaged")
    yield HostileFile("entete-seule.pdf", b"%PDF-1.7\n", "damaged")
    yield HostileFile("index-ailleurs.pdf", whole.replace(b"startxref\n", b"startxref\n9"), "damaged")
