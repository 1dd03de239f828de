"""Contracts, samples and reactions say the same: nothing is told to nobody, nothing is heard that nobody tells."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.service_names import SERVICES
from services.chassis.events.envelope import Envelope
from services.chassis.events.handlers import Handlers
from services.chassis.process.command_line import migrate
from services.contracts import BY_TYPE, EVENTS
from services.mail.mailer import MAILS
from tests.architecture import apps

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "tests" / "contracts" / "samples"


def _registry(service: str) -> Handlers:
    """What the service's worker reacts with."""
    registry: Handlers = importlib.import_module(f"services.{service}.worker").registry
    return registry


def _sample(type: str) -> Any:
    return json.loads((SAMPLES / f"{type}.json").read_text(encoding="utf-8"))


def test_each_event_has_one_sample_and_each_sample_its_event() -> None:
    assert {path.stem for path in SAMPLES.glob("*.json")} == set(BY_TYPE)


def test_each_event_is_published_by_the_service_whose_name_it_bears() -> None:
    for event in EVENTS:
        producer = event.TYPE.partition(".")[0]
        texts = (path.read_text(encoding="utf-8") for path in (ROOT / "services" / producer).rglob("*.py"))
        assert any(f"{event.__name__}(" in text for text in texts), event.TYPE
        assert event.CONSUMERS, f"an event that nobody consumes does not exist: {event.TYPE}"
        assert producer not in event.CONSUMERS


def test_a_service_hears_what_is_meant_for_it_and_nothing_else() -> None:
    for service in SERVICES:
        heard = {type for type in BY_TYPE if _registry(service).reactions(type)}
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
                with apps.database_of(app).operation() as session:
                    reaction.run(session, data, envelope)
        apps.database_of(app).engine.dispose()


def test_a_sample_is_the_whole_event_and_one_with_less_is_another_version() -> None:
    for event in EVENTS:
        sample = _sample(event.TYPE)
        assert json.loads(json.dumps(event.from_data(sample).to_data())) == sample
        with pytest.raises(ValueError, match="missing"):
            event.from_data({})


# Asked for by the version before, which runs beside this one during an upgrade.
EARLIER = {"pieces": {"erase_object"}}


def test_each_follow_up_asked_for_is_one_that_the_worker_knows() -> None:
    for service in SERVICES:
        asked = set(_follow_ups_asked(service))
        assert asked | EARLIER.get(service, set()) == set(_registry(service)._follow_ups), service


def test_whatever_sends_a_mail_waits_for_the_mail_server_and_nothing_else_does() -> None:
    for service in SERVICES:
        names = _registry(service)._follow_ups
        channels = _registry(service).channels
        assert set(channels.get(MAILS, ())) == {name for name in names if name.startswith("send_")}


def _follow_ups_asked(service: str) -> Iterator[str]:
    """Names given to follow_up(): written there, in a constant, or passed on by a function (« send_… »)."""
    modules = {path: ast.parse(path.read_text(encoding="utf-8")) for path in _operations(service)}
    constants = {name: value for tree in modules.values() for name, value in _constants(tree)}
    for tree in modules.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("send_"):
                yield node.value
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "follow_up" and len(node.args) > 1:
                name = node.args[1]
                if isinstance(name, ast.Constant):
                    yield str(name.value)
                elif isinstance(name, ast.Name) and name.id.isupper():
                    yield constants[name.id]


def _operations(service: str) -> list[Path]:
    return sorted((ROOT / "services" / service / "operations").rglob("*.py"))


def _constants(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    yield target.id, node.value.value
