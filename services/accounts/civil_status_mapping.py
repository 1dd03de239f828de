"""An account's civil status as a domain value, as columns of its row, and as the identity that other services read."""

from typing import Any

from services.accounts.dependencies import dependencies
from services.accounts.domain.civil_status import Birthplace, CivilStatus
from services.accounts.models import Account
from services.contracts.accounts import Identity
from services.contracts.api.operation import answer_of


def civil_status_of(account: Account) -> CivilStatus:
    naissance = Birthplace(
        account.pays_naissance,
        account.departement_naissance,
        account.commune_naissance,
        account.commune_hors_liste,
    )
    return answer_of(CivilStatus, account, naissance=naissance)


def account_columns(status: CivilStatus) -> dict[str, Any]:
    """The values of an account's columns for this civil status."""
    return {
        **{name: value for name, value in vars(status).items() if name != "naissance"},
        "pays_naissance": status.naissance.pays,
        "departement_naissance": status.naissance.departement,
        "commune_naissance": status.naissance.commune,
        "commune_hors_liste": status.naissance.hors_liste,
    }


def write_to_account(account: Account, status: CivilStatus) -> None:
    for name, value in account_columns(status).items():
        setattr(account, name, value)


def identity_contract(account: Account) -> Identity:
    """The identity that registrations copies into each version of a candidature."""
    return answer_of(Identity, account, date_naissance=account.date_naissance.isoformat())


def signed_identity(account: Account) -> str:
    """The identity in force as a signed token for registrations. Never logged."""
    return dependencies().signer.identity(account.id, identity_contract(account).__dict__)
