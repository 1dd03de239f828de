"""What a script, a page of the gateway or a program of its own has to repeat of a service says what its home says."""

import re
from pathlib import Path

from deploy.backups.objects import BUCKETS
from deploy.service_names import BACKED_UP_BUCKETS
from gateway.web import messages
from gateway.web.gestion import journal_pages, relances
from gateway.web.gestion.jetons import SCOPE_LABELS
from services.accounts.domain.staff import SCOPES, Role
from services.chassis.settings import Settings
from services.contracts.account_rules import STAFF_ROLE_LABELS
from services.contracts.page_sizes import LARGEST_AUDIT_PAGE, LARGEST_MAILS_PAGE, LARGEST_PAGE, USUAL_PAGE
from services.contracts.piece_rules import PAGE_SIDE
from services.pieces.inspection.pages import JPEG_QUALITY

STYLE = Path(__file__).parents[2] / "gateway/style"


def in_script(path: str, pattern: str) -> str:
    """What the pattern's group is in a script of the gateway; it is there once."""
    [found] = re.findall(pattern, (STYLE / path).read_text(encoding="utf-8"), re.MULTILINE)
    return str(found)


def test_a_page_to_be_joined_is_first_reduced_to_what_pieces_makes_of_it() -> None:
    assert int(in_script("deposit/photographs.js", r"JOINED = \[(\d+), ")) == PAGE_SIDE
    quality = float(in_script("deposit/photographs.js", r"JOINED = \[.+\[side, ([\d.]+)\]"))
    assert round(quality * 100) == JPEG_QUALITY


def test_the_script_waits_longer_than_a_page_for_the_services() -> None:
    assert int(in_script("form_queue.js", r"^const TIMEOUT_MS = (\d+);")) > Settings.page_seconds * 1000


def test_every_scope_and_profile_of_staff_has_a_name_on_their_pages() -> None:
    assert set(SCOPE_LABELS) == set(SCOPES)
    assert set(STAFF_ROLE_LABELS) == set(Role)


def test_no_page_of_a_list_asks_for_more_than_the_services_give_at_once() -> None:
    asked_and_given = {
        "messages, and whether there are older ones": (messages.PAGE_LENGTH + 1, LARGEST_MAILS_PAGE),
        "relances": (relances.CANDIDATURES_OF_A_PAGE, LARGEST_PAGE),
        "journal": (journal_pages.ENTRIES_OF_A_PAGE, LARGEST_AUDIT_PAGE),
        "pieces and candidatures": (USUAL_PAGE, LARGEST_PAGE),
    }
    assert {page: pair for page, pair in asked_and_given.items() if pair[0] > pair[1]} == {}


def test_the_backups_copy_the_buckets_that_are_backed_up() -> None:
    """Their image has no other module of deploy."""
    assert BUCKETS == BACKED_UP_BUCKETS
