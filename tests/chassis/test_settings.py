"""What every process refuses to start with."""

import pytest

from services.chassis.process.capacity import thread_count
from services.chassis.settings import Settings, SettingsError


def started(**environ: str) -> Settings:
    return Settings.read(environ)


@pytest.mark.parametrize("url", ["http://portail.example", "http://10.0.0.7:8080", "http://127.0.0.1.example", ""])
def test_production_refuses_a_public_address_without_tls(url: str) -> None:
    with pytest.raises(SettingsError, match="PUBLIC_URL: in production https:// is expected"):
        started(ENV="production", PUBLIC_URL=url)


@pytest.mark.parametrize(
    "url", ["https://portail.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:8"]
)
def test_production_takes_tls_and_loopback(url: str) -> None:
    assert started(ENV="production", PUBLIC_URL=url).public_url == url
    assert started(ENV="production").public_url == "http://127.0.0.1:8080"


def test_elsewhere_any_address_is_taken() -> None:
    assert started(ENV="demonstration", PUBLIC_URL="http://portail.example").env == "demonstration"


def test_settings_and_the_server_know_of_the_same_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    for given in ({}, {"THREADS": "32"}):
        monkeypatch.delenv("THREADS", raising=False)
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        assert Settings.read({"ENV": "test", **given}).threads == thread_count()
