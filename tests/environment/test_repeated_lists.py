"""Lists that a script, a page or a document has to repeat say what their home says."""

from __future__ import annotations

import re
from pathlib import Path

from gateway.web.gestion.jetons import DAYS, SCOPE_LABELS
from services.accounts.domain.staff import SCOPES, Role
from services.chassis.settings import Settings
from services.contracts.account_rules import DEFAULT_TOKEN_DAYS, LONGEST_TOKEN_DAYS, STAFF_ROLE_LABELS
from services.contracts.file_rules import FORMATS, HEIC_EXTENSIONS, OTHER_EXTENSIONS
from services.pieces.domain.picture_sides import PAGE_SIDE
from services.pieces.inspection.pages import JPEG_QUALITY

ROOT = Path(__file__).parents[2]
STYLE = ROOT / "gateway/style"
TOOLS_GUIDE = (ROOT / "docs/outils.md").read_text(encoding="utf-8")


def test_the_script_takes_for_pictures_what_pieces_does() -> None:
    script = (STYLE / "deposit/photographs.js").read_text(encoding="utf-8")
    [pattern] = re.findall(r"PICTURE = /(.+)/i;", script)
    jpegs = [extension for extension, code in OTHER_EXTENSIONS.items() if code == "jpg"]
    pictures = {"jpg", "png", *jpegs, *HEIC_EXTENSIONS}
    assert {extension for extension in {*pictures, *FORMATS} if re.search(pattern, f"a.{extension}")} == pictures


def test_a_page_to_be_joined_is_first_reduced_to_what_pieces_makes_of_it() -> None:
    script = (STYLE / "deposit/photographs.js").read_text(encoding="utf-8")
    [(side, quality)] = re.findall(r"JOINED = \[(\d+), .+\[side, ([\d.]+)\]", script)
    assert (int(side), round(float(quality) * 100)) == (PAGE_SIDE, JPEG_QUALITY)


def test_the_script_waits_longer_than_a_page_for_the_services() -> None:
    [milliseconds] = re.findall(
        r"^const TIMEOUT_MS = (\d+);", (STYLE / "form_queue.js").read_text(encoding="utf-8"), re.M
    )
    assert int(milliseconds) > Settings.page_seconds * 1000


def test_the_usual_life_of_a_token_can_be_chosen() -> None:
    assert str(DEFAULT_TOKEN_DAYS) in DAYS


def test_no_life_of_a_token_can_be_chosen_that_accounts_refuses() -> None:
    assert max(map(int, DAYS)) <= LONGEST_TOKEN_DAYS


def test_the_guide_of_tools_says_the_usual_life_of_a_token() -> None:
    assert f"valable {DEFAULT_TOKEN_DAYS} jours par défaut" in TOOLS_GUIDE


def test_every_scope_and_profile_of_staff_has_a_name_and_a_line_for_tools() -> None:
    described = re.findall(r"^\| `([a-z]+:[a-z]+)` \|", TOOLS_GUIDE, re.M)
    assert set(SCOPE_LABELS) == set(SCOPES) == set(described)
    assert set(STAFF_ROLE_LABELS) == set(Role)
