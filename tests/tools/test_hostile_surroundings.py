"""Bad tokens, strange answers, other encodings, nobody who reads, a full disk: a sentence and a
code, no trace."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from tests.support.silent_server import SilentServer
from tests.tools.tool import Tool

NOWHERE = "http://127.0.0.1:9"
LIST = ("messages", "list")


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    return Tool(NOWHERE, "x" * 43, tmp_path, {"PORTAIL_PATIENCE": "0"})


@contextmanager
def answering(status: int, body: bytes, headers: Mapping[str, str]) -> Iterator[str]:
    """The address of a portal whose answer to everything that is."""
    lines = [
        f"{name}: {value}" for name, value in {**headers, "Content-Length": str(len(body))}.items()
    ]
    answer = "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + body
    with SilentServer() as portal:
        portal.respond = lambda connection, _: connection.sendall(answer)
        yield portal.url


def messages(*titles: str) -> bytes:
    """What the portal's list of messages is."""
    rows = [{"id": "0" * 32, "title": title, "text": "…", "severity": "info"} for title in titles]
    return json.dumps(rows).encode()


def process(
    tool: Tool, *words: str, output: int | BinaryIO = subprocess.PIPE
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "portail", *words],
        env=tool.surroundings(),
        cwd=tool.folder,
        stdout=output,
        stderr=subprocess.PIPE,
        # A run of the tests in the background ignores interruptions, and what it starts would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        *(
            ({"token": token}, "Le jeton comporte")
            for token in ("a secret\nwith a line", "\udcff", "  ")
        ),
        *(
            ({"url": url}, "L'adresse du portail")
            for url in ("http://[::1", "http://127.0.0.1:999999", "ftp://x")
        ),
        ({"url": "http://portail.example"}, "Le jeton passerait en clair : utilisez https://"),
    ],
)
def test_a_token_or_an_address_that_is_none_is_refused_and_not_shown(
    tool: Tool, wrong: dict[str, Any], said: str
) -> None:
    refused = replace(tool, **wrong).run(*LIST)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith(said)
    assert "secret" not in refused.stderr


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (200, b"<html>Bienvenue sur le Wi-Fi</html>", 2),
        (200, b'[{"unheard_of": 1}]', 1),
        (302, b"", 5),
        (429, b"", 6),
        (401, b'{"detail": "Le jeton n\'est pas valable."}', 3),
        (500, b"[]", 6),
    ],
)
def test_strange_answers_end_in_a_sentence(tool: Tool, status: int, body: bytes, code: int) -> None:
    with answering(status, body, {"Location": "https://ailleurs.example/"}) as tool.url:
        result = tool.run(*LIST, "--csv")
    assert result.returncode == code, result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_a_session_of_two_exams_is_taken_for_neither(tool: Tool) -> None:
    (tool.folder / "convocations.csv").write_text("", encoding="utf-8")
    form = {
        "sessions": [{"session": "Session 2027", "exam": exam} for exam in ("BTS", "CFG")],
        "academies": [],
    }
    publish = (
        "documents",
        "publish",
        "convocations.csv",
        "--type",
        "convocation",
        "--session",
        "2027",
    )
    with answering(200, json.dumps(form).encode(), {}) as tool.url:
        refused = tool.run(*publish)
    assert (refused.returncode, "Choisissez --session" in refused.stderr) == (2, True)


def test_a_longer_wait_than_the_patience_is_not_begun(tool: Tool) -> None:
    tool.environment["PORTAIL_PATIENCE"] = "20"
    begun = time.monotonic()
    with answering(503, b"", {"Retry-After": "250"}) as tool.url:
        assert tool.run(*LIST).returncode == 6
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize("form", ["--json", "--csv"])
def test_files_are_in_utf_8_whatever_the_locale(tool: Tool, form: str) -> None:
    tool.environment |= {
        "PYTHONIOENCODING": "ascii",
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
    }
    with answering(200, messages("Été à Nîmes", "un \ud800 seul"), {}) as tool.url:
        written = process(tool, *LIST, form)
        out, _ = written.communicate(timeout=60)
    assert written.returncode == 0
    assert "Été à Nîmes" in out.decode("utf-8-sig")


def test_who_stops_reading_is_no_error(tool: Tool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with answering(200, messages(*["Bonjour"] * 5000), {}) as tool.url:
        written = process(tool, *LIST, "--csv", output=writing)
        os.close(writing)
        _, errors = written.communicate(timeout=60)
    assert (written.returncode, errors) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="of Linux")
@pytest.mark.parametrize("words", [("--version",), LIST])
def test_a_full_disk_is_said_once(tool: Tool, words: tuple[str, ...]) -> None:
    with answering(200, messages("Bonjour"), {}) as tool.url, Path("/dev/full").open("wb") as full:
        written = process(tool, *words, output=full)
        _, errors = written.communicate(timeout=60)
    assert (written.returncode, len(errors.splitlines())) == (1, 1), errors
    assert errors.startswith(b"Le disque")


def test_an_interruption_is_no_error(tool: Tool) -> None:
    tool.environment["PORTAIL_PATIENCE"] = "100"
    waiting = process(tool, *LIST)
    assert waiting.stderr is not None
    assert waiting.stderr.readline().startswith(b"Le portail ne")
    waiting.send_signal(signal.SIGINT)
    _, errors = waiting.communicate(timeout=60)
    assert waiting.returncode == 130
    assert b"Traceback" not in errors
