"""The parts that the page's script sends (tus): what the portal has of a file, and when it becomes the piece's."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from gateway.clients.file_uploads import upload_metadata
from services.contracts import page_labels
from tests.pieces import sample_files
from tests.support.scriptless_browser import ScriptlessBrowser

FILE = sample_files.pdf()


class Parts:
    """Uploads for the piece of the form that `browser` shows."""

    def __init__(self, browser: ScriptlessBrowser) -> None:
        self.browser = browser
        self.form = browser.page.xpath("//form[@data-envois]")[0]

    def asks(self, method: str, path: str, headers: dict[str, str] | None = None, **sent: Any) -> TestResponse:
        sent_headers = {**self.browser.headers, "Tus-Resumable": "1.0.0", **(headers or {})}
        return self.browser.client.open(path, method=method, base_url=self.browser.url, headers=sent_headers, **sent)

    def begins(self, name: str = "relevé.pdf") -> str:
        """The address of a new upload."""
        headers = {"Upload-Length": str(len(FILE)), "Upload-Metadata": upload_metadata(name)}
        answer = self.asks("POST", self.form.get("data-envois"), headers)
        assert answer.status_code == 201
        return answer.headers["Location"]

    def appends(self, upload: str, offset: int, part: bytes) -> TestResponse:
        headers = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(offset)}
        return self.asks("PATCH", upload, headers, data=part)

    def deposits(self, *uploads: str) -> TestResponse:
        ids = [upload.rpartition("/")[2] for upload in uploads]
        return self.asks("POST", self.form.get("data-depot"), data={"envoi": ids})


def test_a_file_sent_in_parts_is_the_pieces(sender: ScriptlessBrowser) -> None:
    parts = Parts(sender)
    upload = parts.begins()
    assert parts.appends(upload, 0, FILE[:100]).headers["Upload-Offset"] == "100"
    state = parts.asks("HEAD", upload)
    assert (state.status_code, state.headers["Upload-Offset"], state.headers["Upload-Length"]) == (
        200, "100", str(len(FILE)),
    )  # fmt: skip
    assert parts.appends(upload, 0, FILE[:100]).status_code == 409, "what is there is not taken twice"
    assert parts.deposits(upload).status_code == 409, "it is not whole"
    assert parts.appends(upload, 100, FILE[100:]).status_code == 204
    done = parts.deposits(upload)
    assert (done.status_code, done.headers["Cache-Control"]) == (201, "no-store")
    sender.get(done.headers["Location"])
    assert sender.title == page_labels.LEGIBILITY
    assert "relevé.pdf" in sender.text


def test_two_files_sent_in_parts_are_one_document(sender: ScriptlessBrowser) -> None:
    parts = Parts(sender)
    uploads = [parts.begins(name) for name in ("1.pdf", "2.pdf")]
    for upload in uploads:
        parts.appends(upload, 0, FILE)
    sender.get(parts.deposits(*uploads).headers["Location"])
    assert "Vos 2 fichiers ont été réunis en un PDF de 2 pages." in sender.text
