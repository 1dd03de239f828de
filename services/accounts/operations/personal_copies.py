"""« Télécharger mes données »: one archive of all that the portal holds of an account, from all
services, made by the worker and kept for some days. It is whole or it is not there: a service that
is away makes it late.

Its row is committed before its object is written, under a key made of the row's id: no object is
without a row.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import BufferedRandom
from tempfile import TemporaryFile
from zipfile import ZIP_DEFLATED, ZipFile

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.accounts.dependencies import dependencies
from services.accounts.models import Account, AuditEntry, PersonalCopy, db
from services.accounts.operations import passwords
from services.accounts.operations.passwords import Reauthentication
from services.accounts.queries import personal_data
from services.chassis import brand
from services.chassis.database.audit import Actor
from services.chassis.errors import NotFound, Unavailable, found
from services.chassis.http.client import Client, ProblemAnswer
from services.chassis.process.stopping import stopping
from services.chassis.tasks.new_tasks import follow_up
from services.clock import portal_now
from services.contracts import problem_types
from services.contracts.api.own_account import COPY, MyCopies, MyCopy, download_copy
from services.contracts.api.personal_data import PersonalData, read_held_file, read_part
from services.contracts.retention import retention
from services.french import short_instant
from services.objects import ContentDigest, ObjectMissing, StoreUnavailable, put_verified

ONE_PER = timedelta(days=1)
LOST = "Ce fichier n'est plus dans l'espace de stockage du portail : l'exploitant en est averti.\n"
_CHUNK = 256 * 1024
_TEMPLATES = Environment(
    loader=PackageLoader("services.accounts"), autoescape=True, undefined=StrictUndefined
)
_TEMPLATES.filters["instant"] = short_instant


def ask(account_id: str, again: Reauthentication) -> None:
    """Have a copy made, unless one is under way or was asked for within ONE_PER. Raises as
    `checked_again`."""
    passwords.checked_again(account_id, COPY, again)
    with db.operation() as transaction:
        found(transaction.get(Account, account_id, with_for_update=True))
        if not _may_ask(_newest(transaction, account_id)):
            return
        copy = PersonalCopy(account_id=account_id, asked_at=portal_now())
        transaction.add(copy)
        transaction.flush()
        AuditEntry.record(
            transaction, Actor("candidate", account_id), "personal_copy.asked", account_id
        )
        follow_up(transaction, "make_personal_copy", {"copy_id": copy.id}, subject=account_id)


def my_copies(account_id: str) -> MyCopies:
    """Return the newest copy of this account; one that has expired is not shown."""
    with db.reading() as transaction:
        copy = _newest(transaction, account_id)
    return MyCopies(
        copy=_my_copy(copy) if copy and not _is_over(copy) else None, may_ask=_may_ask(copy)
    )


def _my_copy(copy: PersonalCopy) -> MyCopy:
    return MyCopy(id=copy.id, asked_at=copy.asked_at, size=copy.size, expires_at=copy.expires_at)


def open_archive(
    account_id: str, copy_id: str
) -> tuple[PersonalCopy, Iterator[bytes], Callable[[], None]]:
    """Return a copy of this account with its bytes as they come, and what ends their reading: until
    then it holds a place among the calls of the store. Raises NotFound, also once it has expired,
    Unavailable."""
    with db.reading() as transaction:
        copy = found(transaction.get(PersonalCopy, copy_id))
    if copy.account_id != account_id or copy.expires_at is None or _is_over(copy):
        raise NotFound()
    with ExitStack() as reading:
        try:
            chunks = reading.enter_context(dependencies().store.open(copy.object_key))
        except StoreUnavailable as error:
            raise Unavailable(
                "La copie de vos données ne peut pas être lue pour le moment."
            ) from error
        except ObjectMissing as error:
            raise NotFound() from error
        return copy, chunks, reading.pop_all().close


def make(copy_id: str) -> None:
    """Write the archive and have its owner told, unless that is done. Raises Unavailable, OSError,
    StoreUnavailable, BytesChanged: nothing is told then, and the next try begins anew."""
    with db.reading() as transaction:
        copy = transaction.get(PersonalCopy, copy_id)
    if copy is None or copy.expires_at is not None:
        return
    with TemporaryFile() as file:
        _write_archive(file, copy.account_id)
        digest = _digest(file)
        put_verified(dependencies().store, copy.object_key, file, digest, download_copy.media_type)
    with db.operation() as transaction:
        account = transaction.get(Account, copy.account_id, with_for_update=True)
        row = transaction.get(PersonalCopy, copy_id)
        if account is not None and row is not None and row.expires_at is None:
            row.size = digest.size
            row.expires_at = retention().kind("copies").active.after(portal_now())
            follow_up(transaction, "send_copy_ready", {"copy_id": copy_id}, subject=account.id)
    if account is None:  # erased meanwhile; the job that deletes its archives may have passed
        dependencies().store.delete(copy.object_key)


def delete_expired() -> None:
    """Delete archives that are no longer kept, then their rows."""
    with db.reading() as transaction:
        copies = transaction.scalars(
            select(PersonalCopy).where(PersonalCopy.expires_at <= portal_now())
        ).all()
    for copy in copies:
        if stopping():
            return
        dependencies().store.delete(copy.object_key)
        with db.operation() as transaction:
            transaction.execute(delete(PersonalCopy).where(PersonalCopy.id == copy.id))


def _write_archive(file: BufferedRandom, account_id: str) -> None:
    holders = dependencies().holders.values()
    parts = [client.call(read_part(account_id), _token()) for client in holders]
    held = [group for part in (personal_data.part(account_id), *parts) for group in part.held]
    with ZipFile(file, "w") as archive:
        _write_texts(archive, PersonalData(made_at=portal_now(), held=tuple(held)))
        for client, part in zip(holders, parts, strict=True):
            for file_id, path in part.files.items():
                _add_file(archive, path, client, account_id, file_id)


def _write_texts(archive: ZipFile, data: PersonalData) -> None:
    """Write « index.html » to be read, and « donnees.json » for programs, with its schema."""
    rules = retention()
    held = [group for group in data.held if group.items]
    kinds = [kind for kind in rules.kinds if any(group.kind == kind.code for group in held)]
    page = _TEMPLATES.get_template("copie.html").render(
        brand=brand.NAME, made_at=data.made_at, rules=rules, kinds=kinds, held=held
    )
    archive.writestr("index.html", page, ZIP_DEFLATED)
    schema = msgspec.json.encode(msgspec.json.schema(PersonalData))
    for name, text in {"donnees.json": msgspec.json.encode(data), "schema.json": schema}.items():
        archive.writestr(name, msgspec.json.format(text), ZIP_DEFLATED)


def _add_file(archive: ZipFile, path: str, client: Client, candidate_id: str, file_id: str) -> None:
    """Add a file of the candidate's, or a sentence in its place where its service has lost it, or
    it was erased meanwhile."""
    try:
        with (
            client.stream(read_held_file(candidate_id, file_id), _token()) as answer,
            archive.open(path, "w") as entry,
        ):
            entry.writelines(answer.iter_content(_CHUNK))
    except ProblemAnswer as problem:
        if problem.slug not in (problem_types.FILE_LOST.slug, problem_types.NOT_FOUND.slug):
            raise
        archive.writestr(f"{path}.txt", LOST)


def _token() -> str:
    return dependencies().signer.service_token(dependencies().settings.client_id)


def _digest(file: BufferedRandom) -> ContentDigest:
    """Return the digest of the whole file, which is at its beginning afterwards."""
    file.seek(0)
    sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    size = file.tell()
    file.seek(0)
    return ContentDigest(size, sha256)


def _newest(transaction: Session, account_id: str) -> PersonalCopy | None:
    own = select(PersonalCopy).filter_by(account_id=account_id)
    return transaction.scalar(own.order_by(PersonalCopy.asked_at.desc()).limit(1))


def _is_over(copy: PersonalCopy) -> bool:
    return copy.expires_at is not None and copy.expires_at <= portal_now()


def _may_ask(newest: PersonalCopy | None) -> bool:
    return newest is None or (
        newest.expires_at is not None and newest.asked_at <= portal_now() - ONE_PER
    )
