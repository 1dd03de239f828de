"""A size is written by the pages' script as the services write it."""

import pytest
from playwright.sync_api import Page

from gateway.assets import asset_url
from services.chassis.french import file_size

KIBIBYTE = 1024
MEBIBYTE = 1024 * KIBIBYTE


@pytest.mark.parametrize(
    "size", [0, 1, 812, KIBIBYTE, 1023 * KIBIBYTE, 1023 * KIBIBYTE + 1, MEBIBYTE, 5 * MEBIBYTE, 5 * MEBIBYTE + 1]
)
def test_the_script_and_the_services_write_a_size_alike(page: Page, site: str, size: int) -> None:
    page.goto(f"{site}/composants/connexion")
    ask = "async ([address, size]) => (await import(address)).sizeInWords(size)"
    assert page.evaluate(ask, [asset_url("style/deposit/sizes.js"), size]) == file_size(size)
