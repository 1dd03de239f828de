"""Free loopback ports for the private services of a test run."""

import random
import socket

BELOW_THOSE_OF_CLIENTS = range(10_000, 32_000)
"""The kernel gives no connection a port of these: one that is free stays free until its server
starts."""


def free_ports(count: int) -> list[int]:
    ports: list[int] = []
    while len(ports) < count:
        port = random.SystemRandom().choice(BELOW_THOSE_OF_CLIENTS)
        if port not in ports and _can_be_bound(port):
            ports.append(port)
    return ports


def free_port() -> int:
    return free_ports(1)[0]


def is_listening(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _can_be_bound(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
