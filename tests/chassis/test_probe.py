"""What a container's health check says of the process beside it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from services.chassis.process import probe
from services.chassis.process.readiness import Readiness
from services.chassis.web import health_pages
from tests.support.app_server import serving
from tests.support.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def served(reasons: dict[str, str | None]) -> Iterator[int]:
    """A process of ours whose needs answer as told; its port."""
    app = Flask("probed")
    needs = {name: partial(reasons.get, name) for name in reasons}
    health_pages.register(app, Readiness(app, needs=needs, reports={"mail": lambda: "x"}))
    with serving(app) as server:
        yield server.port


def probed(**environ: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "services.chassis.process.probe"],
        cwd=ROOT, env={"PATH": os.environ["PATH"], **environ}, capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def test_a_ready_process_is_healthy_although_what_it_only_reports_is_away() -> None:
    with served({"database": None}) as port:
        assert probed(BIND=f"0.0.0.0:{port}") == (0, "")
        assert probed(WORKER_PORT=str(port)) == (0, "")


def test_a_process_that_is_not_ready_says_what_is_missing_on_one_line() -> None:
    with served({"database": "OperationalError"}) as port:
        assert probed(BIND=f"0.0.0.0:{port}") == (1, "503 database=OperationalError mail=x\n")


def test_a_process_that_does_not_listen_is_not_ready() -> None:
    assert probed(BIND=f"0.0.0.0:{free_port()}") == (1, "no answer: ConnectionRefusedError\n")


@pytest.mark.parametrize(
    ("environ", "port"),
    [
        ({}, 8000),
        ({"BIND": "0.0.0.0:8080"}, 8080),
        ({"BIND": "[::]:8081", "WORKER_PORT": "0"}, 8081),
        ({"BIND": "0.0.0.0:8080", "WORKER_PORT": "9000"}, 9000),
        ({"BIND": "unix:/run/x"}, 8000),
    ],
)
def test_the_port_is_the_one_that_the_process_listens_on(environ: dict[str, str], port: int) -> None:
    assert probe.port_of(environ) == port
