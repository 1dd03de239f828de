"""Files that are too large are refused by a page that can be read. What the script does: tests/gateway/uploads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from services.contracts.file_rules import MAX_FILE_BYTES
from tests.journeys.deposit_page import DepositPage
from tests.support.chromium import french_profile

if TYPE_CHECKING:
    from playwright.sync_api import Browser

TOO_LARGE = (MAX_FILE_BYTES + 1, 6 * MAX_FILE_BYTES)


@pytest.mark.parametrize("size", TOO_LARGE)
def test_a_too_large_file_is_refused_by_a_page(
    browser: Browser, deposit: DepositPage, tmp_path: Path, size: int
) -> None:
    file = tmp_path / "trop grand.pdf"
    file.write_bytes(b"%PDF-1.7\n" + b"0" * size)
    with french_profile(browser, storage_state=deposit.storage_state, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(deposit.url)
        page.get_by_label("Choisir un fichier").set_input_files(file)
        with page.expect_navigation() as navigation:
            page.get_by_role("button", name="Envoyer", exact=True).click()
        assert navigation.value.status == 413
        page.get_by_text("Votre fichier est trop volumineux").first.wait_for()
