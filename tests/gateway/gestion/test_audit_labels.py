"""Every act that a service notes in its audit trail has its French words in the journal."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from gateway.web.gestion.audit_labels import ACTION_LABELS

SERVICES = Path(__file__).parents[3] / "services"


def recorded_acts() -> Iterator[str]:
    """The third argument of each `….record(session, actor, "act", …)`, where it is written out."""
    for call in (node for node in _nodes() if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "record":
            match call.args[2:3]:
                case [ast.Constant(value=str(act))]:
                    yield act


def test_every_act_has_a_label() -> None:
    acts = set(recorded_acts())
    assert len(acts) > 25
    assert acts - set(ACTION_LABELS) == set()


def _nodes() -> Iterator[ast.AST]:
    for path in SERVICES.rglob("*.py"):
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))
