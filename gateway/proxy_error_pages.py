"""`python -m gateway.proxy_error_pages FOLDER`: the errors that the proxy answers by itself, when
its image is built.

Per status a page for people (.html) and a problem for tools (.json), in one folder for production
and one for demonstrations, whose pages have the banner that says so; and `headers.conf`, the
security headers of all of them.
"""

import sys
from pathlib import Path

from flask import Flask, render_template

from gateway.components import register_components
from gateway.error_pages import ERROR_TEXTS
from gateway.file_rules import MAX_SIZE
from gateway.layout.frame import Frame
from gateway.web_security import SECURITY_HEADERS
from services.chassis.errors import DomainError, NotFound, TooLarge, TooMany, Unavailable
from services.chassis.web import problems
from services.contracts.document_rules import MAX_ARCHIVE_BYTES, MAX_CSV_BYTES
from services.french import file_size

RETRY_SECONDS = 5
ERRORS = (
    DomainError(ERROR_TEXTS[400][1]),
    NotFound(),
    TooLarge(),
    TooMany(retry_after=RETRY_SECONDS),
    Unavailable(),
)
CHOOSE_ANOTHER = "Revenez à la page précédente pour en choisir un autre."
PUBLICATION_TOO_LARGE = (
    f"Un envoi de PDF ne doit pas excéder {file_size(MAX_ARCHIVE_BYTES)}, un tableau CSV "
    f"{file_size(MAX_CSV_BYTES)}. Revenez à la page précédente pour envoyer vos PDF en plusieurs "
    "fois."
)
"""Of what an exam office publishes, whose page is named in deploy/containers/proxy/nginx.conf."""
ADVICE = {
    400: "",
    404: "",
    413: f"La taille d'un fichier ne doit pas excéder {MAX_SIZE}. {CHOOSE_ANOTHER}",
    429: "Beaucoup de demandes viennent de votre réseau au même moment.",
    503: "Revenez à la page précédente : ce que vous avez saisi y est encore.",
}
PRODUCTION = "production"
DEMONSTRATION = "demonstration"


def write_pages(folder: Path) -> None:
    """Into `folder`, which is created. Raises AssetsMissing where the style sheets were never
    built."""
    app = Flask("gateway", static_folder=None, template_folder="web")
    register_components(app.jinja_env)
    with app.test_request_context():
        for name in (PRODUCTION, DEMONSTRATION):
            (folder / name).mkdir(parents=True, exist_ok=True)
            _write_errors(folder / name, Frame(demonstration=name == DEMONSTRATION))
    lines = (f'add_header {name} "{value}" always;\n' for name, value in SECURITY_HEADERS.items())
    (folder / "headers.conf").write_text("".join(lines), encoding="utf-8")


def _write_errors(folder: Path, frame: Frame) -> None:
    texts = {
        str(error.http_status): _page(error.http_status, ADVICE[error.http_status], frame)
        for error in ERRORS
    }
    texts["413-publication"] = _page(413, PUBLICATION_TOO_LARGE, frame)
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    for error in ERRORS:
        (folder / f"{error.http_status}.json").write_bytes(
            problems.of_domain_error(error).get_data()
        )


def _page(status: int, advice: str, frame: Frame) -> str:
    title, text = ERROR_TEXTS[status]
    shown = {"page_title": title, "code": status, "lead": text, "text": advice}
    return render_template("layout/error_page.html", frame=frame, **shown)


if __name__ == "__main__":
    write_pages(Path(sys.argv[1]))
