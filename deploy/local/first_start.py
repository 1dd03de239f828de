"""What comes before the processes: migrations, the demonstration catalogue, and staff to try the tools with."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from deploy import broker
from deploy.local.children import SERVICES, Plan
from deploy.local.place import write_demo
from services.accounts.domain.staff import scopes_of

STAFF = {
    "staff": ("gestionnaire@portail.example", "gestionnaire", "03"),
    "admin": ("administrateur@portail.example", "administrateur", ""),
}


class StepFailed(Exception):
    """A command before the start failed; its own words say why."""


def migrate(plan: Plan) -> None:
    """Every database to its newest revision; the four at once, since each waits mostly for Python to start."""
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        list(pool.map(lambda service: command(plan, service, "migrate"), SERVICES))


def declare_queues(plan: Plan) -> None:
    """The broker's queues and bindings, from the contracts."""
    broker.declare(plan.broker_url)


def load_catalogue(plan: Plan) -> None:
    command(plan, "registrations", "load-catalogue", "catalogue")


def demonstration_staff(plan: Plan) -> None:
    """Once: a gestionnaire of one académie and an administrateur, written to demo.json with passwords and tokens
    for all that they may do."""
    if plan.place.demo.exists():
        return
    write_demo(plan.place, {name: _staff(plan, name) for name in STAFF})


def _staff(plan: Plan, name: str) -> dict[str, str]:
    email, role, academies = STAFF[name]
    who = ("--email", email, "--role", role, "--academies", academies, "--nom", "DEMONSTRATION", "--prenoms", name)
    typed = plan.secrets.staff_passwords[name]
    try:
        made = json.loads(command(plan, "accounts", "create-staff", *who, "--password-stdin", typed=typed))
    except StepFailed:  # an earlier start ended between this step and the writing of demo.json
        made = json.loads(command(plan, "accounts", "renew-staff", "--email", email, "--password-stdin", typed=typed))
    scopes = ("--scopes", ",".join(sorted(scopes_of(role))))
    token = json.loads(command(plan, "accounts", "create-token", "--email", email, *scopes))["token"]
    return {**{key: made[key] for key in ("email", "password", "totp_secret")}, "token": token}


def command(plan: Plan, service: str, *words: str, typed: str = "") -> str:
    """Run a command of a service's; its output. Raises StepFailed."""
    done = subprocess.run(
        [sys.executable, "-m", f"services.{service}", *words],
        env=plan.service_environment(service),
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise StepFailed(f"{service} {' '.join(words)} :\n{done.stdout}{done.stderr}")
    return done.stdout
