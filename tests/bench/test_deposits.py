"""Files of 5 MiB, one at a time and twenty together, beside the same bytes given to the store by the SDK alone."""

from __future__ import annotations

import io
import json
import re
import secrets
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from minio import Minio

from tests.bench.candidate_journey import Choice, registers
from tests.bench.installation import Installation
from tests.bench.process_usage import peak_memory_growth, reset_memory_peaks
from tests.bench.record import record
from tests.bench.visitor import UnexpectedAnswer, Visitor
from tests.journeys.background_load import unique_pdf
from tests.support.processes import wait_until

MIB = 1024 * 1024
SIZE = 5 * MIB - 64 * 1024
"""Of a file: with what a form adds it stays below what is taken."""
TOGETHER, ONE_BY_ONE = 20, 5
LEAST_SHARE_OF_THE_SDK = 0.5
MOST_MORE_MIB = 40
AT_ONCE_REGISTERING = 4
KNOWN_SECONDS = 120.0
HOLDING_FILES = ("gateway", "pieces")
"""The confined programs that look into a file are born with it, and have a limit of their own."""
_PIECE = re.compile(r"/justificatifs/[0-9a-f]{32}/depot/[0-9a-f]+")


@dataclass(frozen=True)
class Depositor:
    """Somebody before « Envoyer une pièce jointe »."""

    visitor: Visitor
    path: str

    def deposits(self, form: tuple[bytes, str]) -> None:
        self.visitor.send("deposit", self.path, *form)


def test_deposits(one_machine: Installation) -> None:
    with ThreadPoolExecutor(AT_ONCE_REGISTERING) as pool:
        depositors = list(pool.map(lambda _: _depositor(one_machine), range(TOGETHER)))
    forms = [_form(unique_pdf(SIZE)) for _ in range(TOGETHER)]
    depositors[0].deposits(forms[0])  # the first one starts a program
    for_one = sum(_seconds(partial(depositors[0].deposits, form)) for form in forms[:ONE_BY_ONE])
    record("deposits of 5 MiB, one at a time", ONE_BY_ONE * 5 / for_one, "MiB/s")
    before = {name: reset_memory_peaks(one_machine.pids[name]) for name in HOLDING_FILES}
    sent = [partial(depositor.deposits, form) for depositor, form in zip(depositors, forms, strict=True)]
    ours = TOGETHER * 5 / _seconds(lambda: _together(sent))
    record(f"deposits of 5 MiB, {TOGETHER} together", ours, "MiB/s")
    for name, held in before.items():
        more = peak_memory_growth(held) / MIB
        record(f"deposits of 5 MiB, {TOGETHER} together: more memory of {name}", more, "MiB", aim=MOST_MORE_MIB)
    puts = [_put(one_machine) for _ in range(TOGETHER)]
    alone = TOGETHER * 5 / _seconds(lambda: _together(puts))
    record(f"the minio SDK alone, {TOGETHER} files of 5 MiB together", alone, "MiB/s")
    record(
        "deposits of 5 MiB together over the minio SDK alone",
        ours / alone,
        "times",
        aim=LEAST_SHARE_OF_THE_SDK,
        at_most=False,
    )


def _depositor(installation: Installation) -> Depositor:
    visitor, _ = installation.new_candidate()
    candidature = registers(visitor, Choice())
    links: list[str] = []

    def is_known() -> bool:
        try:
            links.extend(_PIECE.findall(visitor.get("pieces", f"/justificatifs/{candidature}").text))
        except UnexpectedAnswer:
            return False
        return bool(links)

    wait_until(is_known, KNOWN_SECONDS, "the candidature in « Mes justificatifs »", pause=0.5)
    return Depositor(visitor, links[0])


def _put(installation: Installation) -> Callable[[], object]:
    """One file given to the store of the installation, in a bucket of its own."""
    environments = json.loads((installation.portal.var / "environments.json").read_text(encoding="utf-8"))
    store = urlsplit(environments["pieces"]["OBJECTS_URL"].removeprefix("s3+"))
    client = Minio(f"{store.hostname}:{store.port}", store.username, store.password, secure=False, region="us-east-1")
    if not client.bucket_exists("bench"):
        client.make_bucket("bench")
    content = unique_pdf(SIZE)
    return lambda: client.put_object("bench", secrets.token_hex(8), io.BytesIO(content), len(content))


def _together(acts: Sequence[Callable[[], object]]) -> None:
    with ThreadPoolExecutor(len(acts)) as pool:
        list(pool.map(lambda act: act(), acts))


def _seconds(act: Callable[[], object]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _form(content: bytes) -> tuple[bytes, str]:
    """A form with the file, and its content type."""
    boundary = secrets.token_hex(16)
    disposition = 'Content-Disposition: form-data; name="fichier"; filename="piece.pdf"'
    head = f"--{boundary}\r\n{disposition}\r\nContent-Type: application/pdf\r\n\r\n"
    return head.encode() + content + f"\r\n--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"
