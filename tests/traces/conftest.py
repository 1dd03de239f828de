"""A portal on PostgreSQL and RabbitMQ that sends its traces, and a candidate who saves twice there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from deploy.service_names import SERVICES
from services.chassis.settings import Settings
from services.chassis.traces import spans
from tests.bench.candidate_journey import LAST_TAB, TAB, Choice, fills_the_tabs, opens_a_draft, saves
from tests.bench.installation import ON_SERVERS, Installation
from tests.bench.visitor import Visitor
from tests.support.launched_portal import LaunchedPortal
from tests.support.otlp_receiver import OtlpReceiver
from tests.support.postgres import Postgres
from tests.support.rabbitmq import RabbitMQ


@dataclass(frozen=True)
class Saver:
    """A candidate who has registered; `address` is of their mail."""

    visitor: Visitor
    address: str
    candidature: str

    def saves_again(self) -> None:
        """« Modifier », then « Enregistrer », which is followed by documents, pieces asked for and a mail."""
        begun = self.visitor.post("« Modifier »", f"/inscriptions/{self.candidature}/modification", {})
        draft = begun.location.rpartition("/")[0]
        saves(self.visitor, draft, self.visitor.get(TAB, f"{draft}/{LAST_TAB}"))


@pytest.fixture(scope="session")
def receiver() -> Iterator[OtlpReceiver]:
    with OtlpReceiver() as listening:
        yield listening


@contextmanager
def recording(*, share: float = 1, joins_callers: bool = True) -> Iterator[OtlpReceiver]:
    """What this process sends of its traces; all of it has come at the end of the block."""
    with OtlpReceiver() as receiver, pytest.MonkeyPatch.context() as environment:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        settings = Settings(env="test", otel_exporter_otlp_endpoint=receiver.url, otel_traces_sampler_arg=share)
        spans.start(settings, "site", joins_callers=joins_callers)
        try:
            yield receiver
        finally:
            spans.stop()


@pytest.fixture(scope="session")
def traced(postgres: Postgres, rabbitmq: RabbitMQ, receiver: OtlpReceiver) -> Iterator[LaunchedPortal]:
    databases = {f"{service.upper()}_DATABASE_URL": postgres.fresh_database() for service in SERVICES}
    urls = databases | {"BROKER_URL": rabbitmq.fresh_vhost(), "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url}
    portal = LaunchedPortal("traces", urls)
    yield portal
    portal.stop()


@pytest.fixture(scope="session")
def saver(traced: LaunchedPortal) -> Saver:
    visitor, address = Installation(ON_SERVERS, traced, traced.var / "mail", {}).new_candidate()
    draft, tab = opens_a_draft(visitor, Choice())
    return Saver(visitor, address, saves(visitor, draft, fills_the_tabs(visitor, draft, tab)))
