"""What every process refuses to start with."""

import pytest

from services.chassis.process.capacity import thread_count
from services.chassis.settings import Settings, SettingsError


@pytest.mark.parametrize("url", ["http://portail.example", "http://10.0.0.7:8080", "http://127.0.0.1.example", ""])
def test_production_refuses_a_public_address_without_tls(url: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL: in production https:// is expected"):
        Settings.read({"ENV": "production", "PUBLIC_URL": url})


@pytest.mark.parametrize("url", ["https://portail.example", "http://127.0.0.1", "http://localhost:1", "http://[::1]:8"])
def test_production_takes_tls_and_loopback_and_all_else_any_address(url: str) -> None:
    assert Settings.read({"ENV": "production", "PUBLIC_URL": url}).public_url == url
    assert Settings.read({"ENV": "production"}).public_url == "http://127.0.0.1:8080"
    assert Settings.read({"ENV": "demonstration", "PUBLIC_URL": "http://portail.example"}).env == "demonstration"


def test_settings_and_the_server_know_of_the_same_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("THREADS", raising=False)
    assert Settings.read({"ENV": "test"}).threads == thread_count()
    monkeypatch.setenv("THREADS", "32")
    assert Settings.read({"ENV": "test", "THREADS": "32"}).threads == thread_count() == 32
