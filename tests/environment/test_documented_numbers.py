"""The numbers that pages for operators and rules of alerts repeat are those of their homes."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import form_owner
from gateway.api.routing import EXCHANGES_PER_MINUTE
from gateway.app import FORM_LIMIT
from gateway.clients.accounts import EXCHANGE_CACHE_SECONDS
from gateway.layout.frame import GESTION_PAGES
from gateway.settings import GatewaySettings
from services.accounts.domain import recovery_codes
from services.accounts.domain.mail_link_rules import INVITATION_LIFETIME, whole_hours
from services.accounts.signing import TOKEN_SECONDS
from services.chassis.database.transactions import BUSY_SECONDS, EXPORT_IDLE_SECONDS, MARGIN_SECONDS, MAX_CONNECTIONS
from services.chassis.events import queue_depth
from services.chassis.events.outbox import MAX_COUNTED
from services.chassis.events.retention import EVENT_RETENTION
from services.chassis.events.retry_policy import ATTEMPTS_BEFORE_PARKING, RETRY_SECONDS
from services.chassis.http import circuit_breaker, connections
from services.chassis.jobs.runner import AGAIN_AFTER_FAILURE
from services.chassis.process import failure_reason, worker
from services.chassis.process.capacity import MIGRATION, QUEUE_SECONDS, STOP_SECONDS, WEB, WORK
from services.chassis.process.leases import LEASE, RENEW_SECONDS
from services.chassis.settings import Settings
from services.chassis.traces import recorder
from services.chassis.web.access_tokens import LEEWAY_SECONDS, REFETCH_SECONDS
from services.contracts import page_labels
from services.contracts.file_rules import MAX_FILE_BYTES
from services.contracts.piece_statuses import STATUS_LABELS
from services.contracts.publication_rules import MAX_ARCHIVE_BYTES
from services.mail.mailer import HANG_UP_PAUSE_SECONDS
from services.mail.sent_mails import RETENTION
from services.mail.smtp_connection import CONNECT_SECONDS, MAX_SECONDS, STEP_SECONDS
from services.objects.reconciliation import FEW_UNKNOWN, UNKNOWN_SHARE
from services.pieces.follow_ups import SCANS
from services.pieces.inspection.confinement import LIMITS
from services.pieces.operations.deposit_limits import MAX_CONCURRENT_DEPOSITS
from tests.journeys.zoomed_user import ZOOMED_VIEWPORT
from tests.support.chromium import DESKTOP, TELEPHONE
from tests.support.compose_file import COMPOSE, COMPOSE_DEFAULTS, COMPOSE_SERVICES

ROOT = Path(__file__).parents[2]
MIB = 1024 * 1024
PROXY = "".join((ROOT / f"deploy/containers/proxy/{name}.conf").read_text() for name in ("nginx", "portal"))
SETTINGS = dict(COMPOSE_DEFAULTS)


def of_proxy(directive: str) -> list[int]:
    """The first number of each directive of that beginning (a regular expression), without its unit."""
    return [int(number) for number in re.findall(rf"^\s*{directive}\D*?(\d+)(?:\w|r/s)?\b.*;", PROXY, re.MULTILINE)]


def in_file(path: str, pattern: str) -> int:
    """The number in a file of settings of somebody else's server; the same wherever it stands there."""
    [number] = set(re.findall(pattern, (ROOT / path).read_text(encoding="utf-8")))
    return int(number)


def delay(seconds: float) -> str:
    return f"{seconds:g} s" if seconds < 60 else f"{seconds / 60:g} min"


FORMS, FILES, SENDINGS = sorted({size for size in of_proxy("client_max_body_size") if size})
ANSWER_SECONDS = of_proxy("proxy_read_timeout")[0]
RATE, BURST = of_proxy(r"limit_req_zone \S+ zone=requests:20m rate=")[0], of_proxy("limit_req zone=requests burst=")[0]
OBJECTIVE_DAYS = in_file("deploy/monitoring/rules/objectives.yml", r"\[(\d+)d\]")
EVENT_DAYS = EVENT_RETENTION.days
WAL_SECONDS = in_file("docker-compose.yml", r"archive_timeout=(\d+)")
LAST_DELAY = "hourly" if RETRY_SECONDS[-1] == 3600 else f"each {delay(RETRY_SECONDS[-1])}"
DELAYS = f"{', '.join(map(delay, RETRY_SECONDS[:-1]))}, then {LAST_DELAY}"
GRACE = COMPOSE_SERVICES["gateway"]["stop_grace_period"].removesuffix("s")
TOLERANCE = LEASE.total_seconds() - RENEW_SECONDS
LOGS = COMPOSE_SERVICES["gateway"]["logging"]["options"]
TOKENS_PER_SECOND = EXCHANGES_PER_MINUTE // 60

RECEIVED, NON_COMPLIANT, COMPLIANT = STATUS_LABELS.values()
SENTENCES = {
    "docs/outils.md": (f"| `pieces:control` | décider : {RECEIVED}, {COMPLIANT}, {NON_COMPLIANT} |",),
    "docs/glossary.md": (f"a gestionnaire sets a piece's status: {RECEIVED}, {NON_COMPLIANT}, {COMPLIANT} |",),
    "docs/operations.md": (
        f"A process has {MAX_CONNECTIONS + 2} connections to its database at most",
        f"`POSTGRES_CONNECTIONS={SETTINGS['POSTGRES_CONNECTIONS']}` is enough for one of each; "
        f"add {MAX_CONNECTIONS + 2} for each replica",
        f"Each replica of a service takes up to {MAX_CONNECTIONS + 2} connections",
        f"`INSPECTIONS_AT_ONCE` (two at least) × {LIMITS.memory // MIB} MiB",
        f"`PIECES_MEMORY` is {SETTINGS['PIECES_MEMORY'].removesuffix('m')} MiB",
        f"let bodies of {SENDINGS} MB through and wait {ANSWER_SECONDS} s for an answer",
        f"lets {SENDINGS} MB through, waits longer than {ANSWER_SECONDS} s",
        f"| of one address: requests under way | {of_proxy('limit_conn under_way')[0]:,} |",
        f"| of one address: requests a second | {RATE:,}, and {BURST:,} at once |",
        f"bytes and more, under way | {of_proxy('limit_conn large_bodies')[0]} |",
        f"| of one address: candidates' files being read | {of_proxy('limit_conn files_read')[0]} |",
        f"| connections | {of_proxy('worker_processes')[0]} × {of_proxy('worker_connections')[0]:,},",
        f"head {of_proxy('client_header_timeout')[0]} s in all; body and answer {of_proxy('client_body_timeout')[0]} "
        f"and {of_proxy('send_timeout')[0]} s between two bytes",
        f"| a request | {FORMS} MB; a file {FILES} MB; PDFs of a publication, by page or tool, {SENDINGS} MB | "
        f"forms have {FORM_LIMIT // MIB} MiB, files {MAX_FILE_BYTES // MIB} MiB, "
        f"sendings of exam offices {MAX_ARCHIVE_BYTES // MIB} MiB.",
        f"{of_proxy('proxy_connect_timeout')[0]} s to connect, {ANSWER_SECONDS} s for an answer; "
        f"up to {of_proxy('proxy_next_upstream_tries')[0]} replicas "
        f"within {of_proxy('proxy_next_upstream_timeout')[0]} s",
        f"The proxy looks for new ones every {of_proxy('resolver .* valid=')[0]} s",
        f"| {TOKENS_PER_SECOND} a second, and {EXCHANGES_PER_MINUTE} at once | each is asked about every "
        f"{EXCHANGE_CACHE_SECONDS:g} s: {TOKENS_PER_SECOND * EXCHANGE_CACHE_SECONDS:g} tools",
        f"by a mail whose link lives {whole_hours(INVITATION_LIFETIME)} hours",
        f"(`/gestion/compte` makes {recovery_codes.COUNT})",
        f"The gateway answers `THREADS` ({GatewaySettings.threads}) requests at once",
        f"`THREADS` ({Settings.threads}; the gateway has {GatewaySettings.threads})",
        f"callers keep a connection for {connections.LIFE_SECONDS:g} s at most",
        f"({STOP_SECONDS} s; after {GRACE} s Docker kills",
        f"| a connection to PostgreSQL, or its ping | {WEB.connect} | {WORK.connect} | {MIGRATION.connect} |",
        f"| a statement (`statement_timeout`) | {WEB.statement} | {WORK.statement} | {MIGRATION.statement} |",
        f"| a lock (`lock_timeout`) | {WEB.lock} | {WORK.lock} | {MIGRATION.lock} |",
        f"| an idle transaction (`idle_in_transaction_session_timeout`) | {WEB.idle} "
        f"(an export: {EXPORT_IDLE_SECONDS}) | {WORK.idle} | {MIGRATION.idle} |",
        "| an answer of a PostgreSQL that hangs | "
        + " | ".join(f"{limits.statement + MARGIN_SECONDS:g}" for limits in (WEB, WORK, MIGRATION)),
        f"| a file of SQLite that another writes (`busy_timeout`) | {BUSY_SECONDS} | {BUSY_SECONDS} | {BUSY_SECONDS} |",
        f"| a call of the store, all in all | {WEB.store} | {WORK.store} | {MIGRATION.store} |",
        f"| after {circuit_breaker.FAILURES_IN_A_ROW} failed calls of the store in a row | one call every "
        f"{circuit_breaker.RESET_SECONDS:g} s |",
        f"| may be busy with | at once | waiting, at most {QUEUE_SECONDS:g} s |",
        f"9/16 of the threads, at most {MAX_CONNECTIONS} |",
        f"Objects: the last {SETTINGS['BACKUP_OBJECTS_MINUTES']} min,",
        f"any instant of {in_file('deploy/containers/backup/pgbackrest.conf', 'retention-full=([0-9]+)')} days",
        f"the WAL between (16 MB each {WAL_SECONDS} s,",
        f"PostgreSQL keeps it, 16 MB each {WAL_SECONDS} s:",
        f"Events are kept for {EVENT_DAYS} days.",
        f"A backup of more than {EVENT_DAYS - 1} days: events",
        f"settled over {EVENT_DAYS} days ago",
        f"Docker keeps {LOGS['max-file']} × {LOGS['max-size'].removesuffix('m')} MB per container",
        f"without what they fill in, {failure_reason.LONGEST} characters at most",
        f"{queue_depth.PERIOD_SECONDS:g} s old at most",
        f"a worker was paused for more than {TOLERANCE:g} s",
        f"Hosts' clocks must agree within {TOLERANCE:g} s",
        f"(the [objectives](objectives.md) look at {OBJECTIVE_DAYS})",
        f"Spans wait in the memory of each process, {recorder.QUEUED_SPANS} at most",
        f"A process that stops gives the last of them {recorder.STOP_SECONDS:g} s.",
        f"What fails is tried {ATTEMPTS_BEFORE_PARKING} times over about a day ({DELAYS})",
        f"objects.py:127, {ATTEMPTS_BEFORE_PARKING} attempts",
        f"that mail alone is tried again: {DELAYS}, for a day",
        f"({CONNECT_SECONDS:g} s to connect, {STEP_SECONDS:g} s an answer, {MAX_SECONDS:g} s in all)",
        f"the oldest is tried every {worker.LONGEST_PAUSE:g} s, a silent server every {HANG_UP_PAUSE_SECONDS:g} s",
        f"under « {page_labels.MESSAGES} » for {RETENTION.days} days",
        f"had less than {LEASE.total_seconds():g} s before it died",
        f"a worker tries it again within {AGAIN_AFTER_FAILURE // timedelta(minutes=1)} min",
        f"more than {FEW_UNKNOWN} objects, and more than 1 in {1 / UNKNOWN_SHARE:,.0f}, have no row",
        f"so does one who sends another while {MAX_CONCURRENT_DEPOSITS} are under way",
        f"(mails, documents and reactions to events {delay(worker.REACTION_SECONDS)}, scans {delay(SCANS.seconds)}, "
        f"relay {delay(worker.RELAY_SECONDS)}, the others {worker.ITERATION_SECONDS / 60:g})",
        f"sleep {TOKEN_SECONDS + 2 * LEEWAY_SECONDS} # people's tokens of the old key live {TOKEN_SECONDS} s, "
        f"clocks differ by {LEEWAY_SECONDS};",
        f"| `reseal-secrets`; {TOKEN_SECONDS + 2 * LEEWAY_SECONDS} s |",
        f"tools 401 or 503 for {REFETCH_SECONDS:g} s at most",
        f"| {form_owner.LIFE_SECONDS // 3600} h, as long as a form says whose it is |",
        f"« {page_labels.DOCUMENTS} » says so; people still register",
        f"« {page_labels.DOCUMENTS} », deposits and downloads say so",
        f"finds it under « {page_labels.REGISTRATIONS} »",
        f"(« {GESTION_PAGES['journal'].label} », `GET /api/<service>/v1/audit`)",
        f"The audit trail of each service (« {GESTION_PAGES['journal'].label} » in `/gestion`)",
        f"`catalogue:manage` (« {GESTION_PAGES['catalogue'].label} »)",
    ),
    "docs/last-evening.md": (f"« {page_labels.DOCUMENTS} » says that documents are being prepared",),
    "docs/capacity.md": (f"both PDF of « {page_labels.DOCUMENTS} »",),
    "docs/objectives.md": (f"{OBJECTIVE_DAYS} days",),
    "deploy/compose.env.example": (
        f"the objectives look at {OBJECTIVE_DAYS}",
        f"Each may take {FILES} MB of GATEWAY_TMP, and besides two files of exam offices "
        f"{MAX_ARCHIVE_BYTES // MIB} MB each",
    ),
    "gateway/web/accueil/templates/accessibilite.html": (
        f"des fenêtres de {DESKTOP['width']}, {TELEPHONE['width']} et {ZOOMED_VIEWPORT['width']} pixels de large",
    ),
    "deploy/monitoring/rules/files.yml": (f"(objects_unknown) > {FEW_UNKNOWN}",),
    "deploy/monitoring/rules/background.yml": (f"(outbox_waiting) >= {MAX_COUNTED}",),
    "README.md": (
        f"→ « {page_labels.CREATE_ACCOUNT} ».",
        f"« {page_labels.LOG_IN} », « {page_labels.REGISTER} »: Examen",
        f"« {page_labels.DOCUMENTS} » has both documents, « {page_labels.JUSTIFICATIFS} » asks for the pieces",
        f"« {page_labels.VALIDATE} » hands a group over",
        f"« {COMPLIANT} », « {NON_COMPLIANT} » (with a reason or a comment that the candidate reads) "
        f"or « {RECEIVED} »,",
        f"« {page_labels.LOG_IN} » with these three.",
        *(f"« {GESTION_PAGES[key].label} »" for key in GESTION_PAGES if key != "pieces"),
    ),
}


@pytest.mark.parametrize("page", SENTENCES)
def test_a_page_says_the_numbers_and_names_of_the_code(page: str) -> None:
    text = " ".join((ROOT / page).read_text(encoding="utf-8").replace("\n# ", "\n").split())
    missing = [sentence for sentence in SENTENCES[page] if sentence not in text]
    assert not missing, "\n".join([f"{page} has to say:", *missing])


def test_events_are_published_again_as_far_back_as_they_are_there() -> None:
    pages = [ROOT / "docs/operations.md", *sorted((ROOT / "tests/composed").rglob("*.py")), COMPOSE]
    days = re.findall(r'publish-again"?,? "?--days"?,? "?(\d+)', "".join(page.read_text() for page in pages))
    assert {int(number) for number in days} == {EVENT_DAYS}
