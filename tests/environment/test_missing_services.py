"""What a run says about a service that is not there: skipped with a way out on a desk, failed in CI."""

import pytest

from tests.support.missing_services import NotInstalled, missing_services_summary, skip_or_fail

ABSENCE = NotInstalled("RabbitMQ", "/usr/lib/rabbitmq/bin/rabbitmq-server")


def test_on_a_desk_the_test_is_skipped_and_the_closing_lines_say_how_to_get_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="RabbitMQ is not installed") as skipped:
        skip_or_fail(ABSENCE)
    lines = missing_services_summary([f"Skipped: {skipped.value}", "Skipped: another reason"])
    assert len(lines) == 3
    assert "RabbitMQ" in lines[1]
    assert "make test INSTALL=1" in lines[2]


def test_in_ci_the_test_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="nothing is skipped"):
        skip_or_fail(ABSENCE)


def test_nothing_is_said_when_all_services_are_there() -> None:
    assert missing_services_summary(["Skipped: another reason"]) == []
