"""« Vérifier un document »: who holds a paper reads what became of it, and compares what it says.

The address of a code is on the paper, in its QR. It names nobody, and is passed on to no other site.
"""

from typing import Any

from flask.typing import ResponseReturnValue

from gateway import access
from gateway.clients.base import visitor_source
from gateway.pages import render_page
from gateway.posted_forms import posted_text, shown_here
from gateway.service_clients import clients
from gateway.web.accueil import blueprint
from services.chassis.errors import DomainError
from services.contracts.api import verification as api
from services.contracts.page_labels import VERIFICATION_PATH


@blueprint.get(VERIFICATION_PATH, who=access.PUBLIC)
def verification() -> ResponseReturnValue:
    return _page("")


@blueprint.post(VERIFICATION_PATH, who=access.PUBLIC)
def verify() -> ResponseReturnValue:
    return verified(posted_text("code"))


@blueprint.get(f"{VERIFICATION_PATH}/<code>", who=access.PUBLIC)
def verified(code: str) -> ResponseReturnValue:
    try:
        verdict = clients().call(api.verify, body={"code": code[:64], "source": visitor_source()})
    except DomainError as refusal:
        return _page(code, refusal=shown_here(refusal, (422, 429, 503)))
    return _page("", verdict=verdict)


@blueprint.get("/.well-known/paper-keys.json", who=access.PUBLIC)
def paper_keys() -> ResponseReturnValue:
    """Kept by who is to verify without a network; the page's script asks for them too."""
    return {"keys": clients().call(api.read_paper_keys).keys}, {"Cache-Control": "public, max-age=300"}


def _page(code: str, **shown: Any) -> ResponseReturnValue:
    answer = render_page("accueil/templates/verification.html", active="", code=code, **shown)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
