"""Processes of the same user: none reaches the service's memory, nor what a program that inspects files has open."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3]

# Another process of the same user reads a secret of the service's memory, by its address.
_READ = """
import ctypes, os
from services.pieces.inspection.processes import Inspections
libc = ctypes.CDLL(None, use_errno=True)
class Part(ctypes.Structure):
    _fields_ = [("start", ctypes.c_void_p), ("length", ctypes.c_size_t)]
secret = ctypes.create_string_buffer(b"secret")
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534), libc.prctl(4, 1, 0, 0, 0)  # as after its start by that user
def read(service):
    copied = ctypes.create_string_buffer(6)
    ours, theirs = (Part(ctypes.addressof(place), 6) for place in (copied, secret))
    libc.process_vm_readv(service, ctypes.byref(ours), 1, ctypes.byref(theirs), 1, 0)
    print(copied.raw, flush=True)
    os._exit(0)
def reader(service=os.getpid()):
    child = os.fork()
    if child == 0:
        read(service)
    os.waitpid(child, 0)
reader()
Inspections(2)
reader()
"""


# Another process of the same user looks at what a program that makes confined processes has open.
_LOOK_AT_OPEN_FILES = """
import ctypes, os, socket, time
from services.pieces.inspection import program
from services.pieces.inspection import preloading
preloading.preload_readers()
if os.getuid() == 0:
    os.setgid(65534), os.setuid(65534), ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # as after its start by that user
ours, theirs = socket.socketpair()
child = os.fork()
if child == 0:
    theirs.recv(1)  # not before its files were seen
    ours.close(), os.dup2(theirs.fileno(), 0)
    program.main()
os.listdir(f"/proc/{child}/fd")
ours.send(b" ")
end = time.monotonic() + 20
while time.monotonic() < end and os.waitpid(child, os.WNOHANG) == (0, 0):
    try:
        os.listdir(f"/proc/{child}/fd")
    except PermissionError:
        print("hidden", flush=True)
        break
    time.sleep(0.02)
"""


def test_no_process_of_the_same_user_reads_the_services_memory() -> None:
    ran = subprocess.run([sys.executable, "-c", _READ], cwd=FOLDER, capture_output=True, text=True, check=False)
    before, after = ran.stdout.splitlines() or pytest.fail(ran.stderr)
    if before != str(b"secret"):
        pytest.skip("the kernel lets nobody read another process here")
    assert after == str(bytes(6))


def test_no_process_of_the_same_user_reaches_what_a_program_has_open() -> None:
    command = [sys.executable, "-c", _LOOK_AT_OPEN_FILES]
    ran = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    assert ran.stdout == "hidden\n", ran.stderr
