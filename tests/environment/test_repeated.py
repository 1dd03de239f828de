"""What files, scripts and pages repeat of settings and services says what its home says."""

import re
from pathlib import Path

from deploy.backups.objects import BUCKETS
from deploy.service_names import BACKED_UP_BUCKETS
from deploy.tools import container_numbers
from gateway.settings import GatewaySettings
from gateway.web import messages
from gateway.web.gestion import journal, relances
from gateway.web.gestion.compte import SCOPE_LABELS
from gateway.web.justificatifs.file_reception import ENVELOPE_BYTES, STAFF_UPLOADS_AT_ONCE
from services.accounts.domain.staff import SCOPES, Role
from services.chassis.settings import Settings
from services.chassis.tasks.retention import RETENTION
from services.contracts.account_rules import STAFF_ROLE_LABELS
from services.contracts.document_rules import MAX_ARCHIVE_BYTES
from services.contracts.page_sizes import (
    LARGEST_AUDIT_PAGE,
    LARGEST_MAILS_PAGE,
    LARGEST_PAGE,
    USUAL_PAGE,
)
from services.contracts.piece_rules import MAX_FILE_BYTES, PAGE_SIDE
from services.objects.store import ObjectSettings
from services.pieces.inspection.inspections import LIMITS
from services.pieces.inspection.pages import JPEG_QUALITY
from services.pieces.settings import PiecesSettings
from tests.support.compose_file import COMPOSE_DEFAULTS, COMPOSE_SERVICES

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy/compose.env.example"
OF_TESTS = {"PORTAIL_OFFSET"}
"""What no operator sets: the portal's clock."""


def numbers_in(path: str, pattern: str) -> list[float]:
    """The numbers that a file has where a pattern says, in their order."""
    return [
        float(number)
        for number in re.findall(pattern, (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)
    ]


def test_what_files_of_the_containers_repeat_is_as_it_is_written() -> None:
    """Defaults of settings, sizes of bodies."""
    old = [
        str(file)
        for file, text in container_numbers.written().items()
        if file.read_text(encoding="utf-8") != text
    ]
    assert old == [], "make definitions"


def test_what_an_operator_may_set_of_the_composed_portal_is_in_the_example() -> None:
    shown = re.findall(r"^(?:# )?(\w+)=", EXAMPLE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {name for name, _ in COMPOSE_DEFAULTS} - OF_TESTS - set(shown) == set()


def test_an_upgrade_gives_what_runs_as_long_to_stop_as_compose_does() -> None:
    [seconds] = numbers_in("deploy/containers/upgrade.sh", r"^STOP_SECONDS=(\d+)")
    assert COMPOSE_SERVICES["gateway"]["stop_grace_period"] == f"{seconds:.0f}s"


def test_a_gateways_tmp_holds_what_it_receives_at_the_same_time() -> None:
    tmpfs = COMPOSE_SERVICES["gateway"]["tmpfs"]
    [size] = re.findall(r"/tmp:size=\D*(\d+)m", " ".join(tmpfs))
    uploads = GatewaySettings.uploads_at_once * (MAX_FILE_BYTES + ENVELOPE_BYTES)
    assert int(size) * 1024 * 1024 >= uploads + STAFF_UPLOADS_AT_ONCE * (
        MAX_ARCHIVE_BYTES + ENVELOPE_BYTES
    )


def test_the_proxy_holds_as_many_files_as_it_lets_one_address_send() -> None:
    at_once = numbers_in("deploy/containers/proxy/portal.conf", r"limit_conn large_bodies (\d+);")
    [gibibytes] = re.findall(
        r"/bodies:size=\D*(\d+)g", " ".join(COMPOSE_SERVICES["proxy"]["tmpfs"])
    )
    assert int(gibibytes) * 1024**3 >= max(at_once) * (MAX_FILE_BYTES + ENVELOPE_BYTES)


def test_a_pieces_has_the_memory_of_what_it_inspects_at_the_same_time() -> None:
    """The formula is the one by which operators reckon PIECES_MEMORY."""
    limit = COMPOSE_SERVICES["pieces"]["deploy"]["resources"]["limits"]["memory"]
    megabyte = 1000 * 1000
    files = 16
    inspections = PiecesSettings.inspections_at_once
    needed = inspections * (LIMITS.memory + 80 * megabyte) + 150 * megabyte + files * MAX_FILE_BYTES
    assert int(limit.removesuffix("m")) * 1024 * 1024 >= needed


def test_replaced_files_and_handled_events_stay_longer_than_backups_of_the_databases() -> None:
    [days] = numbers_in("deploy/containers/backup/pgbackrest.conf", r"^repo1-retention-full=(\d+)$")
    assert min(ObjectSettings.kept_days, RETENTION.days) > days


def test_a_page_to_be_joined_is_first_reduced_to_what_pieces_makes_of_it() -> None:
    script = "gateway/style/deposit/photographs.js"
    [quality] = numbers_in(script, r"JOINED = \[.+\[side, ([\d.]+)\]")
    assert (numbers_in(script, r"JOINED = \[(\d+), "), round(quality * 100)) == (
        [PAGE_SIDE],
        JPEG_QUALITY,
    )


def test_the_script_waits_longer_than_a_page_for_the_services() -> None:
    [milliseconds] = numbers_in("gateway/style/form_queue.js", r"^const TIMEOUT_MS = (\d+);")
    assert milliseconds > Settings.page_seconds * 1000


def test_every_scope_and_profile_of_staff_has_a_name_on_their_pages() -> None:
    assert set(SCOPE_LABELS) == set(SCOPES)
    assert set(STAFF_ROLE_LABELS) == set(Role)


def test_no_page_of_a_list_asks_for_more_than_the_services_give_at_once() -> None:
    asked_and_given = {
        "messages, and whether there are older ones": (
            messages.PAGE_LENGTH + 1,
            LARGEST_MAILS_PAGE,
        ),
        "relances": (relances.CANDIDATURES_OF_A_PAGE, LARGEST_PAGE),
        "journal": (journal.ENTRIES_OF_A_PAGE, LARGEST_AUDIT_PAGE),
        "pieces and candidatures": (USUAL_PAGE, LARGEST_PAGE),
    }
    assert {page: pair for page, pair in asked_and_given.items() if pair[0] > pair[1]} == {}


def test_the_backups_copy_the_buckets_that_are_backed_up() -> None:
    """Their image has no other module of deploy."""
    assert BUCKETS == BACKED_UP_BUCKETS
