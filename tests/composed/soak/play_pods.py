"""Plays the pods of the Kubernetes demonstration until Ctrl-C, then takes them down: `make kubernetes-play`."""

import shlex
import signal
import sys
from contextlib import ExitStack

from tests.composed.soak.played_portal import PlayedPortal
from tests.support.missing_services import NotInstalled
from tests.support.running_portal import GUIDES_DAY

RENEW_STAFF = "python -m services.accounts renew-staff --email gestionnaire@portail.example"


def main() -> None:
    """Ends with a sentence where containers cannot be played."""
    for ending in (signal.SIGINT, signal.SIGTERM):  # the first is ignored in what a shell starts in the background
        signal.signal(ending, signal.default_int_handler)
    try:
        portal = PlayedPortal()
    except NotInstalled as absence:
        sys.exit(str(absence))
    with ExitStack() as at_end:
        at_end.callback(portal.stop)
        try:
            portal.play()
            _say_how_to_enter(portal)
            _watch(portal, at_end)
            print("Ctrl-C takes it down.", flush=True)
            signal.pause()
        except KeyboardInterrupt:
            print("Taken down …", flush=True)


def _say_how_to_enter(portal: PlayedPortal) -> None:
    engine = shlex.join(portal.engine_command)
    print(f"The portal: {portal.url}; its mails: {portal.mails_url}. It is {GUIDES_DAY[:10]} there: a session is open.")
    print(f"For {portal.url}/gestion, a password and a second factor:")
    print(f"  {engine} exec {portal.container_of('accounts')} {RENEW_STAFF}")
    print(f"Of any process (accounts-worker …): {engine} exec, logs, stop, start {portal.container_of('PROCESS')}")


def _watch(portal: PlayedPortal, at_end: ExitStack) -> None:
    try:
        prometheus = portal.watch()
    except NotInstalled as absence:
        print(f"Its metrics are not watched: {absence}")
        return
    at_end.callback(prometheus.stop)
    print(f"Prometheus, with the rules and what the dashboard asks (in deploy/monitoring/grafana): {prometheus.url}")


if __name__ == "__main__":
    main()
