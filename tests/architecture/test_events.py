"""Contracts, samples and reactions say the same: nothing is told to nobody, nothing is heard that
nobody tells."""

import json
from pathlib import Path
from typing import Any

import pytest

from deploy.service_names import SERVICES
from services.chassis.roles.command_line import migrate
from services.contracts import EVENTS
from services.mail.mailer import MAILS, MASS_MAILS
from tests.architecture import apps
from tests.support.in_process_four_services import HANDLERS
from tests.support.service_worker import database_of, deliver_event

SAMPLES = Path(__file__).parents[1] / "contracts" / "samples"


def _sample(type: str) -> Any:
    return json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))


def test_each_event_has_one_sample_and_each_sample_its_event() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == {event.TYPE for event in EVENTS}


def test_a_service_hears_what_is_meant_for_it_and_nothing_else() -> None:
    for service in SERVICES:
        heard = {event.TYPE for event in EVENTS if HANDLERS[service].reactions(event.TYPE)}
        assert heard == {event.TYPE for event in EVENTS if service in event.CONSUMERS}
        assert set(HANDLERS[service]._reactions) == heard


@pytest.mark.parametrize(
    "consumer", sorted({consumer for event in EVENTS for consumer in event.CONSUMERS})
)
def test_each_consumer_takes_the_samples(consumer: str, tmp_path: Path) -> None:
    app = apps.build(consumer, tmp_path)
    migrate(app)
    for event in (event for event in EVENTS if consumer in event.CONSUMERS):
        deliver_event(app, HANDLERS[consumer], event.from_data(_sample(event.TYPE)))
    with app.app_context():
        database_of(app).engine.dispose()


def test_a_sample_is_the_whole_event_and_one_with_less_is_another_version() -> None:
    for event in EVENTS:
        sample = _sample(event.TYPE)
        assert json.loads(json.dumps(event.from_data(sample).to_data())) == sample
        with pytest.raises(ValueError, match="missing"):
            event.from_data({})


def test_whatever_sends_a_mail_waits_for_the_mail_server_and_nothing_else_does() -> None:
    for service in SERVICES:
        names = HANDLERS[service].follow_ups
        channels = HANDLERS[service].channels
        in_channels = {
            name for channel in (MAILS, MASS_MAILS) for name in channels.get(channel, ())
        }
        assert in_channels == {name for name in names if name.startswith("send_")}
