"""What proves a paper costs little beside drawing it."""

from dataclasses import replace
from pathlib import Path

from deploy.containers.secret_makers import ed25519_pem
from services.documents.domain.proofs import Facts
from services.documents.paper_keys import PaperKeys
from services.documents.paper_seal import PaperSeal
from services.documents.rendering.confirmation import confirmation
from services.documents.rendering.pdf_and_html import render
from services.documents.rendering.sheet import Letterhead
from tests.bench.least_cost import PAPERS_DRAWN, processor_of
from tests.bench.record import record
from tests.documents.example_events import saved
from tests.support import seals

MOST_MILLISECONDS = 40
FACTS = Facts("Confirmation", "BTS", "BTS 2022", None, "2022-07-04", "P. D.", 2002, "0")


def test_what_the_code_and_the_seal_of_a_paper_cost(tmp_path: Path) -> None:
    """With an RSA key, as authorities give them."""
    keys = PaperKeys(ed25519_pem(), "")
    seal = PaperSeal(seals.archive(tmp_path, seals.rsa_key(3072)), "")
    sheet = confirmation(saved(), Letterhead())
    plain = processor_of(lambda: render(sheet), PAPERS_DRAWN)
    proven = processor_of(lambda: render(replace(sheet, proof=keys.proof_of(FACTS))), PAPERS_DRAWN)
    pdf = render(sheet).pdf
    sealing = processor_of(lambda: seal.on(pdf), 5 * PAPERS_DRAWN)
    record("a paper: its code and QR", (proven - plain) * 1000, "ms")
    record("a paper: its seal", sealing * 1000, "ms")
    record(
        "a paper: code, QR and seal", (proven - plain + sealing) * 1000, "ms", aim=MOST_MILLISECONDS
    )
