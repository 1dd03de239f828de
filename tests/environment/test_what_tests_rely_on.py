"""What other tests rely on without looking: absent services are said, the browser's place, the finder of obstacles."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.support.accessibility import violations
from tests.support.missing_services import NotInstalled, missing_services_summary, skip_or_fail
from tests.support.processes import ServiceFailed, wait_until

ABSENCE = NotInstalled("RabbitMQ", "/usr/lib/rabbitmq/bin/rabbitmq-server")


def test_without_a_service_its_test_is_skipped_and_the_closing_lines_say_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="RabbitMQ is not installed") as skipped:
        skip_or_fail(ABSENCE)
    lines = missing_services_summary([f"Skipped: {skipped.value}", "Skipped: another reason"])
    assert len(lines) == 3
    assert "RabbitMQ" in lines[1]
    assert "make test INSTALL=1" in lines[2]
    assert missing_services_summary(["Skipped: another reason"]) == []


def test_in_ci_a_test_without_its_service_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="nothing is skipped"):
        skip_or_fail(ABSENCE)


def test_the_browser_is_in_paris_and_axe_finds_an_image_without_text(page: Page) -> None:
    page.set_content(
        "<main><h1>Pièces</h1><img src='data:,'></main><script>document.title = new Date(0).getHours()</script>"
    )
    assert page.title() == "1"
    assert [line.split(":")[0] for line in violations(page) if "img" in line] == ["image-alt"]


def test_waiting_for_what_never_comes_says_what_was_awaited() -> None:
    with pytest.raises(ServiceFailed, match="the moon"):
        wait_until(lambda: False, 0.01, "the moon")
