"""What papers of a candidate hold."""

from tests.gateway.candidates import CandidateFactory
from tests.support.papers import qr_of


def held_qr(candidates: CandidateFactory) -> str:
    """What the QR of a candidate's confirmation holds, behind the portal's address."""
    candidate = candidates.log_in_registered()
    candidates.portal.deliver_events()
    candidate.get("/documents")
    qr = qr_of(candidate.get(f"{candidate.link('/documents/')}/confirmation").data)
    return qr[qr.index("/verifier/") :]
