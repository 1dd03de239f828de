"""An account's civil status as a domain value, as columns of its row, as JSON, and as the identity that other services
read."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from services.accounts.dependencies import dependencies
from services.accounts.domain.civil_status import Birthplace, CivilStatus
from services.accounts.models import Account
from services.contracts.accounts import Identity


def civil_status_of(account: Account) -> CivilStatus:
    return CivilStatus(
        civilite=account.civilite,
        nom_famille=account.nom_famille,
        nom_usage=account.nom_usage,
        prenoms=account.prenoms,
        date_naissance=account.date_naissance,
        naissance=Birthplace(
            account.pays_naissance,
            account.departement_naissance,
            account.commune_naissance,
            account.commune_hors_liste,
        ),
    )


def account_columns(status: CivilStatus) -> dict[str, Any]:
    """The values of an account's columns for this civil status."""
    return {
        "civilite": status.civilite,
        "nom_famille": status.nom_famille,
        "nom_usage": status.nom_usage,
        "prenoms": status.prenoms,
        "date_naissance": status.date_naissance,
        "pays_naissance": status.naissance.pays,
        "departement_naissance": status.naissance.departement,
        "commune_naissance": status.naissance.commune,
        "commune_hors_liste": status.naissance.hors_liste,
    }


def write_to_account(account: Account, status: CivilStatus) -> None:
    for name, value in account_columns(status).items():
        setattr(account, name, value)


def to_json(status: CivilStatus) -> dict[str, Any]:
    """As a pending change stores it, and the audit trail."""
    return {**dataclasses.asdict(status), "date_naissance": status.date_naissance.isoformat()}


def from_json(data: dict[str, Any]) -> CivilStatus:
    return CivilStatus(
        **{
            **data,
            "date_naissance": date.fromisoformat(data["date_naissance"]),
            "naissance": Birthplace(**data["naissance"]),
        }
    )


def identity_contract(account: Account) -> Identity:
    """The identity that registrations copies into each version of a candidature."""
    return Identity(
        version=account.version,
        civilite=account.civilite,
        nom_famille=account.nom_famille,
        nom_usage=account.nom_usage,
        prenoms=account.prenoms,
        date_naissance=account.date_naissance.isoformat(),
        pays_naissance=account.pays_naissance,
        departement_naissance=account.departement_naissance,
        commune_naissance=account.commune_naissance,
        email=account.email,
    )


def signed_identity(account: Account) -> str:
    """The identity in force as a signed token for registrations. Never logged."""
    return dependencies().signer.identity(account.id, identity_contract(account).__dict__)
