"""What the four filled services share: the actions measured in each, by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from services.chassis.database.transactions import Database
from services.chassis.tasks.registry import Handlers
from tests.support import tokens

Actions = Mapping[str, Callable[[], object]]


@dataclass(frozen=True)
class FullService:
    """A service with one example and thousands of copies of it in its database, and the actions done in it often."""

    app: Flask
    db: Database
    reads: Actions
    writes: Actions
    registry: Handlers
    close: Callable[[], None] = lambda: None

    @property
    def jobs(self) -> Actions:
        """But those that deal with objects, which are measured by themselves: the store holds only the example's."""
        names = [name for name in self.registry.jobs if name not in ("reconcile", "erase-retired")]
        return {name: self.registry.jobs[name].run for name in names}


def expect_answer(answer: Any, status: int = 200) -> Any:
    """The answer's JSON. Fails where the status is not the one expected."""
    assert answer.status_code == status, answer.text
    return answer.json


def journal(app: Flask, query: str) -> object:
    token = tokens.staff_token("chief", scopes=("audit:read",), academies=None)
    return expect_answer(app.test_client().get(f"/v1/audit{query}", headers=tokens.bearer(token)))
