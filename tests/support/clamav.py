"""One private clamd for the test run, shared by its processes, whose only signature is the EICAR test file."""

from pathlib import Path
from typing import Any

from tests.support.missing_services import NotInstalled
from tests.support.ports import free_port
from tests.support.processes import Daemon, PrivateFolder, account_for
from tests.support.suspended_process import OwnServer

_SERVER = Path("/usr/sbin/clamd")

# In two parts, so that no antivirus takes this file for the test file itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + rb"-ANTIVIRUS-TEST-FILE!$H+H*"


class ClamAV:
    def __init__(self, port: int) -> None:
        self.port = port

    @property
    def address(self) -> dict[str, Any]:
        return {"port": self.port}

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


class ClamAVServer(OwnServer, ClamAV):
    """The same with its process."""

    def __init__(self) -> None:
        if not _SERVER.exists():
            raise NotInstalled("ClamAV", str(_SERVER))
        super().__init__(free_port())
        self._folder = PrivateFolder("clamav", account_for("clamav"))
        signatures = self._folder.folder("signatures")
        self._folder.write("signatures/eicar.ndb", f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        lines = ["Foreground yes", f"DatabaseDirectory {signatures}", "TCPAddr 127.0.0.1", f"TCPSocket {self.port}"]
        lines += ["StreamMaxLength 100M", "MaxThreads 4", "LogTime yes", ""]
        configuration = self._folder.write("clamd.conf", "\n".join(lines))
        command: list[str | Path] = [_SERVER, "--foreground", f"--config-file={configuration}"]
        self._daemon = Daemon("clamd", command, self._folder, {"PATH": "/usr/bin:/bin"})
        self.start()
