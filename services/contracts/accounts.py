"""Events published by accounts."""

from dataclasses import dataclass

from services.contracts.base import Contract


@dataclass(frozen=True)
class Identity:
    """A candidate's civil status as accounts holds it (guide §3); birthplace in unaccented
    capitals. `version` grows with each change; `date_naissance` is ISO (2002-01-01). Abroad,
    `departement_naissance` is None and `commune_naissance` is the town as typed, in capitals."""

    version: int
    civilite: str  # "MONSIEUR" | "MADAME"
    nom_famille: str
    nom_usage: str | None
    prenoms: str
    date_naissance: str
    pays_naissance: str  # code, "100" for FRANCE (DONT OUTRE-MER)
    departement_naissance: str | None  # code on three characters, "010"
    commune_naissance: str
    email: str


class EmailChanged(Contract, type="accounts.email_changed.v1", consumers=("registrations",)):
    """A new address took effect; copies used for mailing are renewed. `version` is the
    identity's."""

    candidate_id: str
    version: int
    email: str


class IdentityCorrected(
    Contract, type="accounts.identity_corrected.v1", consumers=("registrations",)
):
    """Staff corrected a civil status, with a reason; candidatures get a new version."""

    candidate_id: str
    identity: Identity
    reason: str
