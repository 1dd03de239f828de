"""What a catalogue declares besides the guide's documents is told to documents."""

from __future__ import annotations

from flask import Flask

from services.registrations.operations.republication import publish_everything
from tests.registrations.catalogue.archives import delivered
from tests.registrations.service.outbox import events_of
from tests.registrations.service.test_catalogue_upload import load, post

TYPE = "registrations.documents_declared.v1"
LINE = '\n  attestation: "Attestation de réussite"'


def declaring(line: str = LINE) -> bytes:
    return delivered(bts__exam=("\ndocument_types: # guide §8", "\ndocument_types:" + line))


def declared(app: Flask) -> list[list[str]]:
    """The labels of each event."""
    return [[item["label"] for item in event["data"]["documents"]] for event in events_of(app, TYPE)]


def test_documents_of_its_own_are_told_at_each_load_and_their_end_once(app: Flask) -> None:
    load(app, delivered())
    assert declared(app) == [], "nothing but the guide's types"
    load(app, declaring())
    load(app, declaring())
    assert declared(app) == [["Attestation de réussite"]] * 2
    for _ in range(2):
        load(app, delivered())
    assert declared(app) == [["Attestation de réussite"]] * 2 + [[]]


def test_a_service_that_lost_its_copy_is_told_again(app: Flask) -> None:
    load(app, declaring())
    before = declared(app)
    with app.app_context():
        publish_everything()
    assert declared(app)[len(before) :] == [["Attestation de réussite"]]


def test_a_code_that_no_file_could_be_named_after_is_a_mistake(app: Flask) -> None:
    answer = post(app, "/comparison", declaring('\n  "Attestation 2": "Attestation"'))
    [mistake] = answer.json["mistakes"]
    assert (mistake["file"], mistake["line"]) == ("catalogue/bts/exam.yaml", 17)
    assert "« Attestation 2 » : n'écrire que des lettres minuscules" in mistake["text"]
