"""A GET writes nothing; whatever staff do leaves its trace in the audit trail.

Each route of the ledger is called for real in a portal that holds one of everything, and the
databases are looked at before and after: some seconds.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, text
from werkzeug.test import TestResponse

from deploy.service_names import SERVICES
from services.accounts.domain.staff import session_scopes
from services.contracts.api.operation import Access
from tests.architecture.examples import Examples
from tests.architecture.ledger import routes_of
from tests.architecture.reads import OF_PROVIDERS, VISIT, WRITING_READS, reads
from tests.architecture.staff_acts import ACTS, WITHOUT_TRACE, Sent
from tests.support.object_store import ObjectStore

TOOLS = "/api/<service>/v1/"
TRAILS = {
    service: "audit" if service == "registrations" else "audit_entries" for service in SERVICES
}
WRITTEN_TABLE = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")


@pytest.fixture(scope="module")
def examples(objects: ObjectStore, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    examples = Examples(tmp_path_factory.mktemp("reads"), objects.fresh_bucket().url)
    yield examples
    examples.close()


Call = Callable[[str], TestResponse]


def callers(examples: Examples, app: str, rule: str) -> Iterator[tuple[str, Call]]:
    """Everyone whom the route admits, with a way to call an address as he does."""
    ways = ways_of(examples.apps[app], rule)
    if app != "gateway":
        for way in ways:
            for name in way.names or ("",):
                yield (
                    str(way),
                    partial(answer_of, examples.apps[app], examples.headers(way.kind, name)),
                )
    elif rule.startswith(TOOLS):
        yield "tool", examples.tool().get
    elif rule == "/metrics":
        yield "this machine", partial(answer_of, examples.apps[app], {})
    elif ways[0].kind == "staff":
        of_gestionnaires = ways[0].names <= session_scopes("gestionnaire")
        member = examples.gestionnaire if of_gestionnaires else examples.chief
        yield "staff", partial(member.get, follow=False)
    else:
        yield "candidate", partial(examples.browser.get, follow=False)
        if ways[0].kind == "public":
            yield "stranger", partial(examples.visitors.browser().get, follow=False)


def ways_of(app: Flask, rule: str) -> tuple[Access, ...]:
    (there,) = (
        route
        for route in app.url_map.iter_rules()
        if route.rule == rule and "GET" in (route.methods or ())
    )
    ways: tuple[Access, ...] = getattr(app.view_functions[there.endpoint], "__access__", ())
    return ways


def answer_of(app: Flask, headers: dict[str, str], path: str) -> TestResponse:
    return app.test_client().get(path, headers=headers)


@contextmanager
def written(examples: Examples) -> Iterator[set[str]]:
    """What the block writes, as `database.table`; of a write transaction that wrote nothing,
    `database`."""
    tables: set[str] = set()
    begun: set[str] = set()
    with ExitStack() as heard:
        for name, engine in examples.engines.items():

            def note(_: Any, cursor: Any, statement: str, *rest: Any, name: str = name) -> None:
                if statement == "BEGIN IMMEDIATE":
                    begun.add(name)
                elif (table := WRITTEN_TABLE.match(statement)) and cursor.rowcount:
                    tables.add(f"{name}.{table[1]}")

            event.listen(engine, "after_cursor_execute", note)
            heard.callback(event.remove, engine, "after_cursor_execute", note)
        yield tables
    tables |= begun - {table.partition(".")[0] for table in tables}


def test_a_read_writes_nothing_but_what_it_is_listed_for(examples: Examples) -> None:
    assert set(WRITING_READS) <= {(app, rule) for app, rule, _ in reads()}
    wrong = []
    for app, rule, patterns in reads():
        listed = WRITING_READS.get((app, rule), set())
        for who, call in callers(examples, app, rule):
            for path in (path for pattern in patterns for path in examples.addresses(pattern, who)):
                with written(examples) as tables:
                    answer = call(path)
                visit = VISIT if app == "gateway" and who in ("candidate", "staff") else set()
                is_off = rule in OF_PROVIDERS and answer.status_code == 404
                if not (is_off or 200 <= answer.status_code < 400) or tables - visit != listed:
                    wrong.append((app, who, path, answer.status_code, tables ^ listed))
    assert wrong == []


def test_whatever_staff_do_is_in_the_audit_trail(examples: Examples) -> None:
    without_trace = []
    for service, acts in ACTS.items():
        writing = {
            f"{method} {rule.removeprefix('/v1')}"
            for method, rule, who in routes_of(service)
            if method not in ("GET", "HEAD") and "staff(" in who
        }
        assert acts.keys() | WITHOUT_TRACE[service].keys() == writing
        assert not acts.keys() & WITHOUT_TRACE[service].keys()
        for route, (action, act) in acts.items():
            before = entries(examples, service)
            sent = act(examples)
            if isinstance(sent, Sent):
                send(examples, service, route, sent)
            new = entries(examples, service)[len(before) :]
            if (action, "staff") not in new:
                without_trace.append((service, route, action, new))
    assert without_trace == []


def send(examples: Examples, service: str, route: str, sent: Sent) -> None:
    """Call a route (« POST /staff/<staff_id>/profile »)."""
    method, _, rule = route.partition(" ")
    ids = iter(sent.ids)
    examples.call(
        service, method, re.sub("<[^>]+>", lambda _: next(ids), rule), json=sent.body or None
    )


def entries(examples: Examples, service: str) -> list[tuple[str, str]]:
    """(action, kind of actor) of each line of a service's audit trail, the oldest first."""
    query = text(f"SELECT action, actor_kind FROM {TRAILS[service]} ORDER BY id")
    with examples.engines[service].connect() as connection:
        return [tuple(row) for row in connection.execute(query)]
