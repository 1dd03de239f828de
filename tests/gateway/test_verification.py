"""« Vérifier un document », for everyone, over all four services."""

from tests.gateway.candidates import CandidateFactory
from tests.gateway.portals import four_services
from tests.support.in_process_four_services import InProcessFourServices
from tests.support.papers import qr_of
from tests.support.scriptless_browser import ScriptlessBrowser

running = four_services("module")


def held_qr(candidates: CandidateFactory) -> str:
    """What the QR of a candidate's confirmation holds, behind the portal's address."""
    candidate = candidates.log_in_registered()
    candidates.portal.deliver_events()
    candidate.get("/documents")
    (candidature,) = {
        link.split("/")[2] for link in candidate.page.xpath("//main//a/@href[starts-with(., '/documents/')]")
    }
    qr = qr_of(candidate.get(f"/documents/{candidature}/confirmation").data)
    return qr[qr.index("/verifier/") :]


def test_who_holds_a_paper_learns_by_its_qr_or_code_what_it_has_to_say(
    candidates: CandidateFactory, running: InProcessFourServices, plain: ScriptlessBrowser
) -> None:
    path = held_qr(candidates).partition("#")[0]
    scanned = plain.get(path)
    assert "Authentique, en vigueur" in plain.text
    for said in ("Confirmation d'inscription", "BTS 2022", "L. B.", "2001"):
        assert said in plain.text
    assert "BINET" not in plain.text
    assert scanned.headers["X-Robots-Tag"] == "noindex"
    assert scanned.headers["Referrer-Policy"] == "no-referrer"
    assert scanned.headers["Cache-Control"] == "no-store"
    plain.get("/verifier")
    plain.press("Vérifier", code=path.rpartition("/")[2].lower())
    assert "Authentique, en vigueur" in plain.text
    plain.press("Vérifier", code="ABCD-EFGH-JKLM")
    assert "Inconnu" in plain.text
    assert plain.press("Vérifier", code="ABCD").status_code == 422
    assert plain.value("code") == "ABCD"
    assert [key["crv"] for key in plain.get("/.well-known/paper-keys.json").get_json()["keys"]] == ["Ed25519"]
