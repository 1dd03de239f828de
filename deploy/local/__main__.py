"""`make run`: runs the startup steps, starts every process and prints « Portail prêt ».

PORT, VAR_DIR and PORTAIL_NOW come from the environment. Ctrl-C or SIGTERM stops every child.
"""

import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from types import FrameType

from deploy import broker
from deploy.local.children import MODULES, Plan, free_ports
from deploy.local.command import write_environments
from deploy.local.forking import STOP_SIGNALS, preload
from deploy.local.rotate_secret import READY_SECONDS, reload_secrets
from deploy.local.startup_steps import StepFailed, create_demonstration_staff, migrate, run_command
from deploy.local.state_folder import AlreadyRunning, SecretsUnreadable, chosen_state
from deploy.local.supervisor import POLL_SECONDS, NotReady, Supervisor, answers
from services.clock import PARIS, system_now


class Stop(BaseException):
    """SIGTERM or Ctrl-C was received. Like KeyboardInterrupt, `except Exception` must not catch
    it."""


def main() -> None:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    os.chdir(Path(__file__).parents[2])
    os.umask(0o077)  # candidates' data are for the owner alone, whatever folder is used
    port = _port()
    state = chosen_state()
    state.prepare()
    try:
        lock = state.lock()
    except AlreadyRunning:
        sys.exit(
            f"Un portail utilise déjà {state.root} : arrêtez-le, ou donnez un autre dossier "
            "(VAR_DIR)."
        )
    with lock:
        if state.restoring.exists():
            sys.exit(
                f"La restauration dans {state.root} n'est pas achevée : relancez make restore DIR=…"
            )
        if damaged := state.damaged_databases():
            names = ", ".join(map(str, damaged))
            sys.exit(
                f"Base de données abîmée : {names}. Gardez ce dossier, et remettez une sauvegarde "
                ": make restore."
            )
        try:
            secrets = state.load_or_create_secrets()
        except SecretsUnreadable as error:
            sys.exit(f"Les secrets ne sont pas lisibles : {error}. Remettez ceux d'une sauvegarde.")
        _run(Plan(state, secrets, port, offset_of(os.environ.get("PORTAIL_NOW")), free_ports()))


def offset_of(portail_now: str | None) -> float:
    """Seconds between the instant asked for (ISO 8601, Paris time when it names no zone) and now; 0
    without one."""
    if not portail_now:
        return 0.0
    try:
        portal_instant = datetime.fromisoformat(portail_now)
    except ValueError:
        sys.exit(
            "PORTAIL_NOW : un instant ISO 8601 est attendu (2021-10-04T14:00:00+02:00), pas « "
            f"{portail_now} »."
        )
    if portal_instant.tzinfo is None:
        portal_instant = portal_instant.replace(tzinfo=PARIS)
    return (portal_instant - system_now()).total_seconds()


def _run(plan: Plan) -> None:
    supervisor = Supervisor(plan.state.logs)
    try:
        objects = plan.objects()
        supervisor.start(objects)
        preload(MODULES)
        supervisor.wait_ready([objects.name], READY_SECONDS)
        broker.declare(plan.broker_url)
        migrate(plan)
        run_command(plan, "registrations", "load-catalogue", "catalogue", "--at-start")
        create_demonstration_staff(plan)
        write_environments(plan)
        children = plan.children()
        for child in children:
            supervisor.start(child)
        supervisor.wait_ready([objects.name, *(child.name for child in children)], READY_SECONDS)
        print(f"Portail prêt : {plan.public_url}", flush=True)
        while True:
            supervisor.restart_crashed()
            supervisor.end_silent()
            plan = reload_secrets(plan, supervisor)
            time.sleep(POLL_SECONDS)
    except NotReady as error:
        sys.exit(f"Ne répond pas : {error}. Voir {plan.state.logs}.")
    except StepFailed as error:
        sys.exit(f"Une étape du démarrage a échoué.\n{error}")
    except Stop:
        print("Arrêt du portail.", flush=True)
    finally:
        for (
            number
        ) in STOP_SIGNALS:  # a second signal would interrupt the stop and leave some running
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()


def _port() -> int:
    text = os.environ.get("PORT", "8080")
    if not text.isdecimal() or not 0 < int(text) < 65536:
        sys.exit(f"PORT : un numéro de port est attendu, pas « {text} ».")
    if answers(f"tcp:{text}"):
        sys.exit(f"Le port {text} est déjà pris : donnez-en un autre (PORT=8081 make run).")
    return int(text)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


if __name__ == "__main__":
    main()
