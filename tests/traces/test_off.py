"""Without an endpoint a process does not even load OpenTelemetry."""

import subprocess
import sys
from pathlib import Path

from deploy.local.children import MODULES

ROOT = Path(__file__).parents[2]
PROGRAM = """
import importlib, sys
from services.chassis.settings import Settings
from services.chassis.traces import spans

endpoint, *modules = sys.argv[1:]
for module in modules:
    importlib.import_module(module)
spans.start(Settings(env="test", otel_exporter_otlp_endpoint=endpoint), "process")
print(any(name.partition(".")[0] == "opentelemetry" for name in sys.modules))
"""


def test_processes_that_send_no_traces_do_not_load_what_would() -> None:
    command = [sys.executable, "-c", PROGRAM, "", *MODULES]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout == "False\n"
