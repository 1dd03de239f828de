"""The mark on a paper by which it is verified: a QR, the code under it, and the page that takes the
code."""

import io
from dataclasses import dataclass
from functools import cached_property

import segno
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from services.contracts.page_labels import VERIFICATION, VERIFICATION_PATH
from services.documents.domain.proofs import Proof, shown

PNG = "data:image/png;base64,"


@dataclass(frozen=True)
class Stamp:
    code: str
    page: str
    """Where the code is typed, without the scheme: « portail.example/verifier »"""
    link: str
    """What the QR holds: the code's own page. The signed facts stand behind « # », which browsers
    send to no server."""

    @classmethod
    def of(cls, proof: Proof, portal: str) -> "Stamp":
        """Make the stamp of a proof. `portal`: its address."""
        page = f"{portal.rstrip('/')}{VERIFICATION_PATH}"
        code = shown(proof.code)
        return cls(code, page.partition("//")[2], f"{page}/{code}#{proof.signed}")

    @cached_property
    def qr(self) -> segno.QRCode:
        """Make the QR, with one mask for all: to choose the best of eight for facts and a signature
        takes ten milliseconds."""
        return segno.make_qr(self.link, error="l", boost_error=False, mask=4)

    @property
    def image(self) -> str:
        """Return the QR as the address of a picture, a point a module."""
        return self.qr.png_data_uri(border=0)

    def strip(self) -> bytes:
        """Draw a PDF of one low page, for below the first page of a paper that is not rendered
        here."""
        picture = io.BytesIO()
        out = io.BytesIO()
        self.qr.save(picture, kind="png", border=0)
        canvas = Canvas(out, pagesize=(396, 102), invariant=1)
        canvas.drawImage(
            ImageReader(io.BytesIO(picture.getvalue())), 14 * mm, 3 * mm, 30 * mm, 30 * mm
        )
        for height, size, text in (
            (22, 8, f"{VERIFICATION} :"),
            (17, 8, self.page),
            (9, 12, self.code),
        ):
            canvas.setFont("Helvetica", size)
            canvas.drawString(48 * mm, height * mm, text)
        canvas.save()
        return out.getvalue()
