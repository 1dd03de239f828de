"""Contracts, samples and reactions say the same: nothing is told to nobody, nothing is heard that nobody tells."""

import importlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.service_names import SERVICES
from services.chassis.events.envelope import Envelope
from services.chassis.process.command_line import migrate
from services.chassis.tasks.registry import Handlers
from services.contracts import EVENTS
from services.mail.mailer import MAILS, MASS_MAILS
from tests.architecture import apps
from tests.support.service_worker import database_of

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "contracts" / "samples"


def _registry(service: str) -> Handlers:
    """What the service's worker reacts with."""
    registry: Handlers = importlib.import_module(f"services.{service}.follow_ups").registry
    return registry


def _sample(type: str) -> Any:
    return json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))


def test_each_event_has_one_sample_and_each_sample_its_event() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {event.TYPE for event in EVENTS}


def test_a_service_hears_what_is_meant_for_it_and_nothing_else() -> None:
    for service in SERVICES:
        heard = {event.TYPE for event in EVENTS if _registry(service).reactions(event.TYPE)}
        assert heard == {event.TYPE for event in EVENTS if service in event.CONSUMERS}
        assert set(_registry(service)._reactions) == heard


@pytest.mark.parametrize("consumer", sorted({consumer for event in EVENTS for consumer in event.CONSUMERS}))
def test_each_consumer_takes_the_samples(consumer: str, tmp_path: Path) -> None:
    app = apps.build(consumer, tmp_path)
    migrate(app)
    with app.app_context():
        for event in (event for event in EVENTS if consumer in event.CONSUMERS):
            data, told = event.from_data(_sample(event.TYPE)), datetime(2021, 10, 4, tzinfo=UTC)
            envelope = Envelope(uuid4().hex, "/tests", event.TYPE, "subject", told, data.to_data(), "c")
            for reaction in _registry(consumer).reactions(event.TYPE):
                with database_of(app).operation() as session:
                    reaction.run(session, data, envelope)
        database_of(app).engine.dispose()


def test_a_sample_is_the_whole_event_and_one_with_less_is_another_version() -> None:
    for event in EVENTS:
        sample = _sample(event.TYPE)
        assert json.loads(json.dumps(event.from_data(sample).to_data())) == sample
        with pytest.raises(ValueError, match="missing"):
            event.from_data({})


def test_whatever_sends_a_mail_waits_for_the_mail_server_and_nothing_else_does() -> None:
    for service in SERVICES:
        names = _registry(service).follow_ups
        channels = _registry(service).channels
        in_channels = {name for channel in (MAILS, MASS_MAILS) for name in channels.get(channel, ())}
        assert in_channels == {name for name in names if name.startswith("send_")}
