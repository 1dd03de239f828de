"""An account's civil status between its row, the rules' value and the contract that others read."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

from services.accounts.domain.birthplace import Birthplace
from services.accounts.domain.civil_status import CivilStatus
from services.accounts.models import Account
from services.accounts.parts import parts
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


def columns_of(status: CivilStatus) -> dict[str, Any]:
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


def write(account: Account, status: CivilStatus) -> None:
    for name, value in columns_of(status).items():
        setattr(account, name, value)


def to_json(status: CivilStatus) -> dict[str, Any]:
    return {**dataclasses.asdict(status), "date_naissance": status.date_naissance.isoformat()}


def from_json(data: dict[str, Any]) -> CivilStatus:
    return CivilStatus(
        **{
            **data,
            "date_naissance": date.fromisoformat(data["date_naissance"]),
            "naissance": Birthplace(**data["naissance"]),
        }
    )


def contract_of(account: Account) -> Identity:
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


def vouched_for(account: Account) -> str:
    """The identity in force, signed for registrations and good for a minute. Never logged."""
    return parts().signer.identity(account.id, contract_of(account).__dict__)
