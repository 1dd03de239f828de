"""One private clamd for the test run, shared by its processes, whose only signature is the EICAR
test file."""

from dataclasses import dataclass

from tests.support.missing_services import installed
from tests.support.ports import free_port
from tests.support.processes import Daemon, OwnServer, PrivateFolder, account_for

# In two parts, so that no antivirus takes this file for the test file itself.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD" + rb"-ANTIVIRUS-TEST-FILE!$H+H*"


@dataclass
class ClamAV:
    port: int

    @property
    def url(self) -> str:
        return f"tcp://127.0.0.1:{self.port}"


class ClamAVServer(OwnServer, ClamAV):
    """The same with its process."""

    def __init__(self) -> None:
        program = installed("ClamAV", "/usr/sbin/clamd")
        super().__init__(free_port())
        self._folder = PrivateFolder("clamav", account_for("clamav"))
        signatures = self._folder.folder("signatures")
        self._folder.write("signatures/eicar.ndb", f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
        lines = [
            "Foreground yes",
            f"DatabaseDirectory {signatures}",
            "TCPAddr 127.0.0.1",
            f"TCPSocket {self.port}",
        ]
        lines += ["StreamMaxLength 100M", "MaxThreads 4", "LogTime yes", ""]
        configuration = self._folder.write("clamd.conf", "\n".join(lines))
        command = [program, "--foreground", f"--config-file={configuration}"]
        self._daemon = Daemon("clamd", command, self._folder, {"PATH": "/usr/bin:/bin"})
        self.start()
