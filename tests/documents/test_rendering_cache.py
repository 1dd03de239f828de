"""Each automatic document of a version is rendered once, by worker or web process; in doubt it is rendered again."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from services.chassis.events import outbox
from services.chassis.events.tables import TO_SELF
from services.documents.jobs import delete_cached_renderings
from services.documents.models import CachedRendering, db
from services.documents.operations import automatic_documents
from services.documents.operations.rendered_documents import RENDERED
from tests.documents.example_events import CANDIDATURE, saved
from tests.documents.registrations_stub import RegistrationsStub
from tests.documents.service import Service

CONFIRMATION = f"/candidatures/{CANDIDATURE}/confirmation"
WORKER = "a worker"


@pytest.fixture
def rendering_counts() -> Callable[[], dict[str, int]]:
    """Returns how often each automatic document has been rendered since the fixture was set up."""

    def count() -> dict[str, int]:
        return {kind: int(RENDERED.labels(kind)._value.get()) for kind in ("confirmation", "demande_pieces")}

    before = count()
    return lambda: {kind: number - before[kind] for kind, number in count().items()}


def _shown(service: Service) -> bytes:
    answer = service.get(CONFIRMATION)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.data


def _stored(service: Service) -> bytes:
    """« Confirmation d'inscription » of « Mes documents »."""
    (confirmation,) = [document for document in service.documents() if document["type"] == "confirmation"]
    return service.get(f"/documents/{confirmation['id']}/file").data


def _taken_by_a_worker(service: Service) -> list[int]:
    with service.app.app_context():
        return [row.sequence for row in outbox.take(db, TO_SELF, limit=1, owner=WORKER)]


def _left(service: Service) -> int:
    with service.app.app_context(), db.reading() as session:
        return session.scalar(select(func.count()).select_from(CachedRendering)) or 0


def test_what_was_drawn_for_somebody_who_waits_is_what_the_worker_stores(
    service: Service, registrations: RegistrationsStub, rendering_counts: Callable[[], dict[str, int]]
) -> None:
    registrations.set_current(saved())
    shown = _shown(service)
    assert _shown(service) == shown
    service.receive_and_create_documents(saved())
    assert rendering_counts() == {"confirmation": 1, "demande_pieces": 1}
    assert _stored(service) == _shown(service) == shown
    assert _left(service) == 0


def test_while_a_worker_is_at_it_its_paper_is_waited_for(
    service: Service,
    registrations: RegistrationsStub,
    rendering_counts: Callable[[], dict[str, int]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    service.receive(registrations.set_current(saved()))
    taken = _taken_by_a_worker(service)

    def the_worker_ends(seconds: float) -> None:
        service.create_documents()
        with db.operation() as session:
            outbox.done(session, taken, WORKER)

    monkeypatch.setattr("services.documents.operations.automatic_documents.sleep", the_worker_ends)
    assert _shown(service) == _stored(service)
    assert rendering_counts() == {"confirmation": 1, "demande_pieces": 1}


def test_nobody_waits_long_for_a_worker_that_hangs(
    service: Service, registrations: RegistrationsStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.receive(registrations.set_current(saved()))
    assert _taken_by_a_worker(service)
    pauses: list[float] = []
    monkeypatch.setattr("services.documents.operations.automatic_documents.monotonic", lambda: sum(pauses))
    monkeypatch.setattr("services.documents.operations.automatic_documents.sleep", pauses.append)
    assert _shown(service).startswith(b"%PDF")
    assert 0 < sum(pauses) <= 2


def test_a_version_is_not_given_what_was_drawn_of_another(service: Service, registrations: RegistrationsStub) -> None:
    registrations.set_current(saved())
    first = _shown(service)
    registrations.set_current(saved(version=2))
    assert _shown(service) != first
    assert service.get(f"{CONFIRMATION}?version=1").data == first


def test_what_is_left_over_is_forgotten_after_a_day(service: Service, registrations: RegistrationsStub) -> None:
    registrations.set_current(saved())
    _shown(service)
    with service.app.app_context():
        delete_cached_renderings()
        assert _left(service) == 1
        with db.operation() as session:
            for row in session.scalars(select(CachedRendering)):
                row.drawn_at -= 2 * automatic_documents._KEPT_FOR
        delete_cached_renderings()
    assert _left(service) == 0
