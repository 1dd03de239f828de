"""What comes before the processes: migrations, the demonstration catalogue, and staff to try the tools with."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from deploy.local.children import SERVICES, Plan
from deploy.local.place import write_demo

STAFF = {
    "staff": ("gestionnaire@portail.example", "gestionnaire"),
    "admin": ("administrateur@portail.example", "administrateur"),
}


class StepFailed(Exception):
    """A command before the start failed; its own words say why."""


def migrate(plan: Plan) -> None:
    """Every database to its newest revision; the four at once, since each waits mostly for Python to start."""
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        list(pool.map(lambda service: command(plan, service, "migrate"), SERVICES))


def load_catalogue(plan: Plan) -> None:
    command(plan, "registrations", "load-catalogue", "catalogue")


def demonstration_staff(plan: Plan) -> None:
    """Once: a gestionnaire and an administrateur, written to demo.json with their passwords and tokens."""
    if plan.place.demo.exists():
        return
    written: dict[str, object] = {}
    for name, (email, role) in STAFF.items():
        password = plan.secrets.staff_passwords[name]
        made = command(
            plan,
            "accounts",
            "create-staff",
            "--email",
            email,
            "--role",
            role,
            "--password-stdin",
            "--json",
            typed=password,
        )
        written[name] = {"email": email, "password": password, **json.loads(made)}
    write_demo(plan.place, written)


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
