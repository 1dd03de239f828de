"""What the gateway asks for who holds a paper."""

from services.chassis.web.operations import Views
from services.contracts.api import verification as api
from services.contracts.api.sessions import Keys
from services.documents.dependencies import dependencies
from services.documents.operations import verification

views = Views("papers", __name__)
views.calls(api.verify, verification.verify, dependencies=dependencies)


@views.serves(api.read_paper_keys)
def read_paper_keys() -> Keys:
    return Keys(**dependencies().paper_keys.jwks())
