"""Settings, read from the environment only: X, or the file that X_FILE names (secrets of
containers). A process does not start if some are missing or invalid; it names all."""

import dataclasses
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

from services.chassis.signing_keys import SigningKeyError, load_keys

ENVIRONMENTS = ("development", "demonstration", "test", "production")
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """One line per setting that is missing or cannot be read."""


class Secret(str):
    """Text that its repr does not show."""

    def __repr__(self) -> str:
        return "Secret(…)"

    @property
    def each(self) -> list[str]:
        """The valid secrets, one per line (or separated by a written \\n): the first is used, all
        are accepted."""
        return [line for line in self.replace("\\n", "\n").splitlines() if line.strip()]


_NO_SECRET = Secret("")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Settings:
    """Base of every process's settings. Field `database_url` is read from DATABASE_URL or
    DATABASE_URL_FILE."""

    env: str
    """One of development, demonstration, test, production."""
    log_level: str = "INFO"
    portail_offset: float = 0.0
    """Seconds by which the portal's clock is shifted; refused in production."""
    public_url: str = "http://127.0.0.1:8080"
    """Base of the links in mails and scope of cookies, without trailing slash."""
    page_seconds: float = 2.5
    """How long a page waits in total for services that do not answer, leaving time of 3 s to render
    it."""
    threads: int = 64
    """Requests answered concurrently."""
    otel_exporter_otlp_endpoint: str = ""
    """Base URL of the OTLP/HTTP receiver that traces are sent to; empty: none are recorded."""
    otel_traces_sampler_arg: float = 1.0
    """Share of the requests that are traced, with all that follows from them: from 0 to 1."""

    @classmethod
    def read(cls, environ: Mapping[str, str]) -> Self:
        mistakes: list[str] = []
        hints = typing.get_type_hints(cls)
        values: dict[str, Any] = {}
        for field in dataclasses.fields(cls):
            name = field.name.upper()
            try:
                if (text := _text_of(name, environ)) is not None:
                    values[field.name] = _typed(name, text, hints[field.name])
                elif field.default is dataclasses.MISSING:
                    mistakes.append(f"{name}: missing (or {name}_FILE)")
            except ValueError as error:
                mistakes.append(str(error))
        if not mistakes:
            settings = cls(**values)
            mistakes += settings.mistakes()
        if mistakes:
            raise SettingsError("\n".join(mistakes))
        return settings

    def mistakes(self) -> list[str]:
        """Errors of combinations of settings; subclasses add theirs."""
        mistakes = []
        if self.env not in ENVIRONMENTS:
            mistakes.append(f"ENV: one of {', '.join(ENVIRONMENTS)} is expected")
        if self.env == "production" and self.portail_offset:
            mistakes.append("PORTAIL_OFFSET (PORTAIL_NOW) is refused in production")
        public = urlsplit(self.public_url)
        if (
            self.env == "production"
            and public.scheme != "https"
            and public.hostname not in LOOPBACK
        ):
            mistakes.append(
                "PUBLIC_URL: in production https:// is expected, but for 127.0.0.1 and localhost"
            )
        if (traced := self.otel_exporter_otlp_endpoint) and not traced.startswith(
            ("http://", "https://")
        ):
            mistakes.append("OTEL_EXPORTER_OTLP_ENDPOINT: http:// or https:// is expected")
        if not 0 <= self.otel_traces_sampler_arg <= 1:
            mistakes.append("OTEL_TRACES_SAMPLER_ARG: a number from 0 to 1 is expected")
        return mistakes


@dataclasses.dataclass(frozen=True, kw_only=True)
class ServiceSettings(Settings):
    """The settings that all four services have."""

    database_url: str
    database_pooled: bool = False
    """Whether PostgreSQL is reached through a pooler, which checks its connections itself."""
    broker_url: str
    accounts_url: str
    client_id: str
    """Name under which this service obtains its own tokens from accounts."""
    client_secret: Secret
    audit_key: Secret = _NO_SECRET
    """Ed25519 private keys, PEM (PKCS 8): the first signs the daily root of the audit trail, what
    the others signed is verified; empty: roots are not signed."""
    worker_port: int = 0
    """Port of the worker's health checks and metrics; 0: none."""
    worker_host: str = "127.0.0.1"
    """Address of that port; containers set it to be reached by probes."""

    def mistakes(self) -> list[str]:
        try:
            if self.audit_key:
                load_keys(self.audit_key)
        except SigningKeyError as error:
            return [*super().mistakes(), f"AUDIT_KEY: {error}"]
        return super().mistakes()


def _text_of(name: str, environ: Mapping[str, str]) -> str | None:
    if path := environ.get(f"{name}_FILE"):
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ValueError(f"{name}_FILE: {error.strerror}: {path}") from error
    return environ.get(name)


def _typed(name: str, text: str, expected: Any) -> Any:
    if expected is bool:
        if text not in ("0", "1", "true", "false"):
            raise ValueError(f"{name}: 0, 1, true or false is expected")
        return text in ("1", "true")
    try:
        return expected(text)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name}: {getattr(expected, '__name__', expected)} is expected"
        ) from error
