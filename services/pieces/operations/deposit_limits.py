"""Limits of the files that one candidate may send: at once in this process, within an hour in all,
and in bytes.

Each try counts, accepted or not, since a refused file costs as much. By the system's clock.
"""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from services.chassis.errors import TooLarge, TooMany
from services.chassis.quotas import Quota, count_in_window
from services.clock import system_now
from services.contracts import problem_types
from services.contracts.piece_rules import MAX_MERGED_FILES
from services.french import file_size
from services.pieces.models import DepositTries, db
from services.pieces.queries.kept_files import retired_bytes
from services.uploads.uploads import lock_owner

MAX_CONCURRENT_DEPOSITS = 2
"""Files of one candidate that this process inspects and stores at the same time. The gateway
receives more of them at once (`uploads_per_candidate` of its settings), since receiving costs
little and lasts as long as the sender's line."""
CONCURRENT_RETRY_SECONDS = 5
"""After which who has others under way is asked to come back."""
MAX_OPEN_UPLOADS = MAX_MERGED_FILES
MAX_OPEN_BYTES = 24 * 1024 * 1024
"""Of one candidate's uploads that are begun and not deposited yet: enough for all pages of one
document."""
HOUR = timedelta(hours=1)


def too_many_at_once() -> TooMany:
    """Beyond MAX_CONCURRENT_DEPOSITS."""
    return TooMany(
        "Plusieurs de vos fichiers sont déjà en cours d'envoi. Attendez qu'ils soient enregistrés, "
        "puis recommencez.",
        problem=problem_types.TOO_MANY_FILES,
        retry_after=CONCURRENT_RETRY_SECONDS,
    )


def uploads_per_hour(deposits_per_hour: int) -> int:
    """Uploads that one candidate may begin within an hour, abandoned or not, since their bytes are
    written to the database as they come: as many as deposits, and the pages of ten documents at
    least."""
    return max(deposits_per_hour, 10 * MAX_MERGED_FILES)


def count_deposit_try(candidate_id: str, max_per_hour: int) -> None:
    """Count one more file of the candidate. Raises TooMany, with how long to wait, beyond
    `max_per_hour`."""
    with db.operation() as transaction:
        lock_owner(
            transaction, candidate_id
        )  # several requests of a candidate may run at the same time
        before = transaction.get(DepositTries, candidate_id) or DepositTries(
            candidate_id=candidate_id, count=0
        )
        quota = Quota(max_per_hour, HOUR)
        before.count, before.since, wait = count_in_window(
            before.count, before.since, quota, system_now()
        )
        transaction.add(before)
    if wait:
        raise too_many_within_hour(wait)


def too_many_within_hour(seconds: int) -> TooMany:
    """So many seconds are left of it."""
    minutes = -(-seconds // 60)
    return TooMany(
        "Vous avez envoyé un très grand nombre de fichiers en une heure. Ceux qui ont été déposés "
        f"sont conservés. Réessayez dans {minutes} minute{'s' if minutes > 1 else ''}.",
        problem=problem_types.TOO_MANY_FILES,
        retry_after=seconds,
    )


def refuse_beyond_quota(transaction: Session, candidate_id: str, most: int) -> None:
    """Raises TooLarge where more than `most` bytes of files that this candidate took away are
    kept."""
    if (retired := retired_bytes(transaction, candidate_id)) > most:
        raise TooLarge(
            "Les fichiers que vous avez remplacés ou supprimés font ensemble "
            f"{file_size(retired)}, et le portail en garde {file_size(most)} au plus par candidat "
            ": celui-ci n'a pas été enregistré, ce qui est déposé reste. Les fichiers remplacés "
            "le jour de leur dépôt sont effacés en quatre jours au plus : recommencez ensuite.",
            problem=problem_types.QUOTA_REACHED,
        )


def purge_deposit_tries() -> None:
    """Delete the counts of hours that are over."""
    with db.operation() as transaction:
        transaction.execute(delete(DepositTries).where(DepositTries.since <= system_now() - HOUR))
