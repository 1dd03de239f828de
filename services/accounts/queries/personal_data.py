"""What accounts holds of a candidate, in words: civil status, addresses, log-ins, copies, mails,
trail."""

from collections.abc import Iterator

from sqlalchemy import select

from services.accounts.models import (
    AuditEntry,
    EmailChange,
    ErasureRequest,
    KnownBrowser,
    LoginSession,
    PersonalCopy,
    ProviderIdentity,
    db,
)
from services.accounts.queries import accounts
from services.contracts.api.forms import Form
from services.contracts.api.personal_data import MANY, Held, Item, Part, facts, of_mails, of_trail
from services.contracts.api.sign_in import PROVIDER_LABELS
from services.mail import sent_mails


def part(account_id: str) -> Part:
    """Return what accounts holds of a candidate. Raises NotFound."""
    known = accounts.candidate(account_id)
    account = accounts.stored_account(account_id)
    refused = [refusal.address for refusal in known.refused_mails]
    civil_status = facts(
        *_typed(known.form),
        ("Adresse mail", account.email),
        ("Adresses refusées par la messagerie", refused),
        ("Activé le", account.activated_at),
        ("Dernière connexion", account.last_login_at),
        ("Première candidature le", account.engaged_at),
        ("Effacement annoncé le", account.warned_at),
    )
    with db.reading() as transaction:
        identities = transaction.scalars(select(ProviderIdentity).filter_by(subject_id=account_id))
        changes = transaction.scalars(select(EmailChange).filter_by(account_id=account_id))
        requests = transaction.scalars(select(ErasureRequest).filter_by(account_id=account_id))
        account_items = (
            Item(title="Compte", at=account.created_at, facts=civil_status),
            *map(_of_identity, identities),
            *map(_of_change, changes),
            *map(_of_request, requests),
        )
        log_ins = transaction.scalars(select(LoginSession).filter_by(subject_id=account_id))
        browsers = transaction.scalars(select(KnownBrowser).filter_by(subject_id=account_id))
        connections = (*map(_of_log_in, log_ins), *map(_of_browser, browsers))
        copies = transaction.scalars(select(PersonalCopy).filter_by(account_id=account_id))
        trail = select(AuditEntry).filter_by(subject=account_id).order_by(AuditEntry.id)
        held = (
            Held(kind="comptes", title="Compte", items=account_items),
            Held(kind="connexions", title="Connexions", items=connections),
            Held(kind="copies", title="Copies de vos données", items=tuple(map(_of_copy, copies))),
            of_mails(sent_mails.list_page(transaction, account_id, after=None, limit=MANY)),
            of_trail(transaction.scalars(trail)),
        )
    return Part(held=held)


def _typed(form: Form) -> Iterator[tuple[str, object]]:
    """Yield the label of each field with what it holds; of a choice its words."""
    for section in form["sections"]:
        for field in section["fields"]:
            if field["type"] != "hidden":
                words = {option["value"]: option["label"] for option in field.get("options", ())}
                yield field["label"], words.get(field["value"], field["value"])


def _of_identity(row: ProviderIdentity) -> Item:
    known = facts(("Identifiant", row.sub), ("Dernière utilisation", row.last_used_at))
    return Item(
        title=f"Identité {PROVIDER_LABELS[row.provider]}", at=row.first_seen_at, facts=known
    )


def _of_change(row: EmailChange) -> Item:
    addresses = ("Nouvelle adresse", row.address), ("Ancienne adresse", row.previous_address)
    known = facts(*addresses, ("Confirmée le", row.confirmed_at))
    return Item(title="Changement d'adresse mail", at=row.requested_at, facts=known)


def _of_request(row: ErasureRequest) -> Item:
    known = facts(("Réponse", row.answer), ("Répondu le", row.answered_at))
    return Item(title="Demande d'effacement", at=row.requested_at, facts=known)


def _of_browser(row: KnownBrowser) -> Item:
    return Item(title="Navigateur", at=row.last_used_at)


def _of_copy(row: PersonalCopy) -> Item:
    return Item(title="Copie demandée", at=row.asked_at)


def _of_log_in(row: LoginSession) -> Item:
    provider = PROVIDER_LABELS[row.provider] if row.provider else None
    known = facts(("Par", provider), ("Dernière activité", row.last_seen_at), ("Fin", row.ended_at))
    return Item(title="Connexion", at=row.created_at, facts=known)
