"""`make run`: migrates, loads the demonstration catalogue, starts every process and says « Portail prêt ».

PORT, VAR_DIR and PORTAIL_NOW come from the environment. Ctrl-C or SIGTERM stops every child.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from datetime import datetime
from pathlib import Path
from types import FrameType

from deploy.local.children import MODULES, Plan, free_ports
from deploy.local.command import write_environments
from deploy.local.first_start import StepFailed, declare_queues, demonstration_staff, load_catalogue, migrate
from deploy.local.forking import STOPS, preload
from deploy.local.place import AlreadyRunning, Place, Unreadable
from deploy.local.supervisor import POLL_SECONDS, NotReady, Supervisor, answers
from deploy.local.turn import READY_SECONDS, take_up_secrets
from services.chassis.clock import PARIS, system_now


class Stop(BaseException):
    """SIGTERM or Ctrl-C was received: like KeyboardInterrupt nothing that `except Exception` may keep."""


def main() -> None:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    os.chdir(Path(__file__).parents[2])
    os.umask(0o077)  # candidates' data are our owner's alone, whatever the folder given
    port = _port()
    place = Place(Path(os.environ.get("VAR_DIR", "var")).resolve())
    place.prepare()
    try:
        lock = place.lock()
    except AlreadyRunning:
        sys.exit(f"Un portail utilise déjà {place.root} : arrêtez-le, ou donnez un autre dossier (VAR_DIR).")
    with lock:
        if place.restoring.exists():
            sys.exit(f"La restauration dans {place.root} n'est pas achevée : relancez make restore DIR=…")
        try:
            secrets = place.secrets()
        except Unreadable as error:
            sys.exit(f"Les secrets ne sont pas lisibles : {error}. Remettez ceux d'une sauvegarde.")
        _run(Plan(place, secrets, port, offset_of(os.environ.get("PORTAIL_NOW")), free_ports()))


def offset_of(portail_now: str | None) -> float:
    """Seconds between the instant asked for (ISO 8601, Paris time when it names no zone) and now; 0 without one."""
    if not portail_now:
        return 0.0
    try:
        wanted = datetime.fromisoformat(portail_now)
    except ValueError:
        sys.exit(f"PORTAIL_NOW : un instant ISO 8601 est attendu (2021-10-04T14:00:00+02:00), pas « {portail_now} ».")
    if wanted.tzinfo is None:
        wanted = wanted.replace(tzinfo=PARIS)
    return (wanted - system_now()).total_seconds()


def _run(plan: Plan) -> None:
    supervisor = Supervisor(plan.place.logs)
    try:
        objects = plan.objects()
        supervisor.start(objects)
        preload(MODULES)
        supervisor.wait_ready([objects.name], READY_SECONDS)
        declare_queues(plan)
        migrate(plan)
        load_catalogue(plan)
        demonstration_staff(plan)
        write_environments(plan)
        children = plan.children()
        for child in children:
            supervisor.start(child)
        supervisor.wait_ready([objects.name, *(child.name for child in children)], READY_SECONDS)
        print(f"Portail prêt : {plan.public_url}", flush=True)
        while True:
            supervisor.look()
            plan = take_up_secrets(plan, supervisor)
            time.sleep(POLL_SECONDS)
    except NotReady as error:
        sys.exit(f"Ne répond pas : {error}. Voir {plan.place.logs}.")
    except StepFailed as error:
        sys.exit(f"Une étape du démarrage a échoué.\n{error}")
    except Stop:
        print("Arrêt du portail.", flush=True)
    finally:
        for number in STOPS:  # said twice, it would leave some running
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
