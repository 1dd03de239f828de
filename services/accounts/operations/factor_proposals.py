"""A new second factor's secret while its owner has not confirmed it yet: sealed, in the page that shows it.

Nothing is stored until a code confirms it, and each page that is opened has a secret of its own: who merely looked at
a mailed link does not know the secret that its owner sets up.
"""

from __future__ import annotations

import json
from datetime import timedelta

import pyotp
from cryptography.fernet import InvalidToken

from services.accounts.dependencies import dependencies
from services.accounts.models import StaffMember
from services.accounts.opaque_secrets import hash_secret
from services.chassis import brand
from services.chassis.clock import system_now
from services.contracts import page_labels
from services.contracts.api.own_staff_account import ProposedFactor

LIFETIME = timedelta(hours=1)
ISSUER = f"{brand.NAME} - {page_labels.STAFF_PAGES}"


def for_link(token: str) -> str:
    """Whom a proposal is for: whoever holds this mailed link."""
    return f"link:{hash_secret(token)}"


def for_renewal(member: StaffMember) -> str:
    """Whom a proposal is for: this member, while the factor in force is the present one."""
    return f"renewal:{member.id}:{hash_secret(member.totp_sealed)}"


def propose(subject: str, email: str, sealed: str = "") -> ProposedFactor:
    """A new secret, or that of `sealed` where it is a proposal for this subject that is still valid."""
    secret = secret_of(sealed, subject)
    if secret is None:
        secret = pyotp.random_base32()
        content = {"subject": subject, "secret": secret, "at": system_now().timestamp()}
        sealed = dependencies().derived_keys.seal(json.dumps(content))
    uri = pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER)
    return ProposedFactor(secret=secret, uri=uri, sealed=sealed)


def secret_of(sealed: str, subject: str) -> str | None:
    """The proposed secret; None for another subject, after LIFETIME, or for a text that was not sealed here."""
    try:
        content = json.loads(dependencies().derived_keys.unseal(sealed))
    except (InvalidToken, ValueError):
        return None
    if not isinstance(content, dict):
        return None
    is_fresh = system_now().timestamp() - content.get("at", 0) < LIFETIME.total_seconds()
    return str(content["secret"]) if content.get("subject") == subject and is_fresh else None
