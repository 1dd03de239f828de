"""People who register, deposit and make accounts in a composed portal that is disturbed, and what
must hold then."""

from deploy.service_names import BACKED_UP_BUCKETS, SERVICES
from tests.journeys.background_load import PeopleAtWork
from tests.journeys.justificatifs_page import RegisteredCandidate
from tests.support.composed_portal import ComposedPortal
from tests.support.processes import wait_until

STILL_SECONDS = 600.0  # the longest delay before a new attempt, and then some
UNSENT = (
    "select 'broker', type, count(*), max(attempts) from outbox where published_at is null group "
    "by 1, 2"
)
UNFINISHED = (
    "select channel, handler, count(*), max(attempts) from tasks where state = 'waiting' and "
    "event_id <> 'job' group by 1, 2"
)
HAS_TASKS = "select 1 where to_regclass('tasks') is not null"


def wait_until_work_done(composed: ComposedPortal) -> None:
    """However much there is. Raises ServiceFailed, which names what waits, where nothing goes on
    for STILL_SECONDS."""
    while work := pending_work(composed):
        wait_until(
            lambda: pending_work(composed) != work,
            STILL_SECONDS,
            f"work goes on: {work}",
            pause=2.0,
        )


def pending_work(composed: ComposedPortal) -> list[str]:
    """A line for each kind of event or follow-up that waits in a database, and for each queue that
    is not empty."""
    waiting = [
        f"{service}: {', '.join(row)}"
        for service in SERVICES
        for statement in ([UNSENT, UNFINISHED] if has_tasks(composed, service) else [UNSENT])
        for row in composed.query_database(service, statement)
    ]
    queues = composed.run_in(
        composed.containers("rabbitmq")[0], "rabbitmqctl", "-q", "list_queues", "-p", "portail"
    )
    return waiting + [line for line in queues.splitlines()[1:] if line and line.split()[-1] != "0"]


def has_tasks(composed: ComposedPortal, service: str) -> bool:
    """A version before has not."""
    return bool(composed.query_database(service, HAS_TASKS))


ACTIVATION = "Activer mon compte"
MODIFICATION = "Modification d'inscription"


class PortalUnderLoad(PeopleAtWork):
    def __init__(self, composed: ComposedPortal, candidates: list[RegisteredCandidate]) -> None:
        super().__init__(composed, candidates)
        self.composed = composed

    def assert_nothing_lost_or_doubled(self) -> None:
        """Once nothing is under way any more: what was acknowledged is there, once, and nothing was
        given up."""
        print(f"\n{self.ledger.summary}")
        wait_until_work_done(self.composed)
        assert self.ledger.faults == [], self.ledger.faults[:5]
        for candidate in self.candidates:
            self._every_version_is_there_once(candidate)
        self.replaced_files_open()
        self.unreplaced_files_open()
        self._check_mails()
        self._the_stores_hold_what_the_rows_say()

    def _every_version_is_there_once(self, candidate: RegisteredCandidate) -> None:
        where = f"where candidature_id = '{candidate.candidature}'"
        saves = self.ledger.saves[candidate.candidature]
        versions = self._numbers(
            "registrations", f"select version from candidature_versions {where}"
        )
        assert versions == list(range(1, len(versions) + 1))
        assert saves.acknowledged <= len(versions) <= saves.attempts
        for kind in ("confirmation", "demande_pieces"):
            rendered = self._numbers(
                "documents", f"select version from documents {where} and type = '{kind}'"
            )
            assert rendered == versions, kind
        known = self._numbers(
            "pieces", f"select version from candidatures where id = '{candidate.candidature}'"
        )
        assert known == [len(versions)]
        mails = {
            str(mail.message["Message-ID"])
            for mail in self.composed.mails(candidate.email, MODIFICATION)
        }
        assert len(mails) == len(versions) - 1

    def _numbers(self, service: str, query: str) -> list[int]:
        return sorted(int(row[0]) for row in self.composed.query_database(service, query))

    def _check_mails(self) -> None:
        for email, tries in self.ledger.accounts.items():
            mails = {
                str(mail.message["Message-ID"]) for mail in self.composed.mails(email, ACTIVATION)
            }
            assert 1 <= len(mails) <= tries, email

    def _the_stores_hold_what_the_rows_say(self) -> None:
        for service in BACKED_UP_BUCKETS:
            container = self.composed.containers(service)[0]
            assert " 0 perdu(s)" in self.composed.run_in(
                container, "python", "-m", f"services.{service}", "reconcile"
            )
        for service in SERVICES:
            of_tasks = "tasks where state = 'parked'"
            before = "parked where settled_at is null"
            parked = (
                f"select count(*) from {of_tasks if has_tasks(self.composed, service) else before}"
            )
            assert self.composed.query_database(service, parked) == [["0"]]
