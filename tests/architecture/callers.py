"""A token of each kind of caller."""

from deploy.service_names import SERVICES
from tests.architecture.ledger import OPERATIONS, PUBLIC
from tests.support import tokens

GUARDED = [
    (service, operation)
    for service, operations in OPERATIONS.items()
    for operation in operations
    if all(way.kind != PUBLIC for way in operation.access)
]


STAFF = [way for _, operation in GUARDED for way in operation.access if way.kind == "staff"]


EVERY_SCOPE = sorted(set().union(*(way.names for way in STAFF)))


CALLERS = {
    "candidate": tokens.candidate_token("pierre"),
    "staff": tokens.staff_token(scopes=EVERY_SCOPE, academies=["03"]),
    **{f"service({name})": tokens.service_token(name) for name in ("gateway", *SERVICES)},
}
