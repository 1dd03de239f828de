"""`python -m gateway.proxy_pages FOLDER`: what the proxy answers with by itself, made when its image is built.

Per status a page for people (.html) and one for tools (.json), in a folder for production and one for elsewhere, whose
banner says so; and `headers.conf`, what browsers are told to forbid on them.
"""

from __future__ import annotations

import sys
from pathlib import Path

from flask import Flask, render_template

from gateway.components import register_components
from gateway.layout.frame import Frame
from gateway.protection import HEADERS
from gateway.refusals import WORDS
from services.chassis.errors import DomainError, NotFound, TooLarge, TooMany, Unavailable
from services.chassis.web import problems

RETRY_SECONDS = 5
REFUSALS = (DomainError(WORDS[400][1]), NotFound(), TooLarge(), TooMany(retry_after=RETRY_SECONDS), Unavailable())
ADVICE = {
    400: "",
    404: "",
    413: "La taille d'un fichier ne doit pas excéder 5 Mo. Revenez à la page précédente pour en choisir un autre.",
    429: "Beaucoup de demandes viennent de votre réseau au même moment.",
    503: "Revenez à la page précédente : ce que vous avez saisi y est encore.",
}
PRODUCTION, ELSEWHERE = "production", "demonstration"


def main(arguments: list[str]) -> None:
    write(Path(arguments[0]))


def write(folder: Path) -> None:
    """Make `folder` and all of them in it. Raises AssetsMissing where the style sheets were never built."""
    app = Flask("gateway", static_folder=None, template_folder="web")
    register_components(app.jinja_env)
    with app.test_request_context():
        for name in (PRODUCTION, ELSEWHERE):
            (folder / name).mkdir(parents=True, exist_ok=True)
            for refusal in REFUSALS:
                page = folder / name / f"{refusal.http_status}.html"
                page.write_text(_page(refusal.http_status, demonstration=name == ELSEWHERE), encoding="utf-8")
                page.with_suffix(".json").write_text(_problem(refusal), encoding="utf-8")
    lines = (f'add_header {name} "{value}" always;\n' for name, value in HEADERS.items())
    (folder / "headers.conf").write_text("".join(lines), encoding="utf-8")


def _page(status: int, *, demonstration: bool) -> str:
    title, text = WORDS[status]
    shown = {"page_title": title, "code": status, "lead": text, "text": ADVICE[status]}
    return render_template("layout/error_page.html", frame=Frame(demonstration=demonstration), **shown)


def _problem(refusal: DomainError) -> str:
    return problems.of_domain_error(refusal).get_data(as_text=True)


if __name__ == "__main__":
    main(sys.argv[1:])
