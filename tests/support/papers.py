"""What a telephone reads on a paper."""

import pypdfium2
import zxingcpp


def qr_of(pdf: bytes) -> str:
    """What the one QR in the picture of the first page holds."""
    page = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    (code,) = zxingcpp.read_barcodes(page)
    return str(code.text)
