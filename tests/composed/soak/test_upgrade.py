"""The last release replaced by this version under load, and back: nothing lost, nothing doubled, no
page worse than « momentanément indisponible » with its Retry-After. Three times in a row; `make
upgrade-test FROM=v0.2.0`.
"""

import os
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.composed.soak.portal_under_load import PortalUnderLoad
from tests.journeys.justificatifs_page import register_candidate
from tests.support.composed_portal import ROOT, UP_SECONDS, ComposedPortal, run


class UpgradedPortal(ComposedPortal):
    """Begins with the checkout of the last release; its data and secrets stay when the checkout
    changes."""

    def build(self, checkout: Path) -> None:
        running = self.checkout
        self._take(checkout)
        self.compose("build", seconds=UP_SECONDS)
        self._take(running)

    def go_to(self, checkout: Path, *direction: str) -> None:
        """Replace what runs by that checkout's version, as docs/operations/install.md says («
        Upgrade »)."""
        before = self._files_of_servers()
        self._take(checkout)
        for server, files in self._files_of_servers().items():
            if files != before[server]:
                self.compose(
                    "up",
                    "-d",
                    "--no-deps",
                    "--force-recreate",
                    "--wait",
                    server,
                    seconds=UP_SECONDS,
                )
        commands = {
            "COMPOSE": shlex.join(self.command()),
            "ENGINE": shlex.join(self.engine_command),
        }
        settings = [f"{name}={command}" for name, command in commands.items()]
        run(
            ["env", *settings, str(ROOT / "deploy/containers/upgrade.sh"), *direction],
            checkout,
            UP_SECONDS,
        )

    def _files_of_servers(self) -> dict[str, list[bytes]]:
        """What the broker and the object store read at their start, by server."""
        broker = sorted((self.checkout / "deploy/containers/rabbitmq").iterdir())
        files = {
            "rabbitmq": [*broker, self.secrets / "rabbitmq-users.json"],
            "objects": [self.secrets / "objects-identities.json"],
        }
        return {
            server: [path.read_bytes() for path in paths if path.is_file()]
            for server, paths in files.items()
        }

    def _take(self, checkout: Path) -> None:
        self.checkout = checkout
        self.prepare()


def last_release() -> str:
    """The commit of $FROM, or else the one that gave this version's number its section in the
    CHANGELOG; empty where there is none."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    return os.environ.get("FROM") or _git(
        "log", "-1", "--format=%H", f"-S## {version} ", "--", "CHANGELOG.md"
    )


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()


GOES_ON_SECONDS = 60.0


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    commit = last_release()
    if not commit:
        pytest.skip("no release has been made yet: name a commit, make upgrade-test FROM=…")
    checkout = tmp_path_factory.mktemp("released") / "portail"
    _git("worktree", "add", "--detach", str(checkout), commit)
    yield checkout
    _git("worktree", "remove", "--force", str(checkout))


@pytest.fixture(scope="module")
def upgraded(released: Path) -> Iterator[UpgradedPortal]:
    portal = UpgradedPortal("upgraded", released)
    try:
        portal.up("--build")
        portal.build(ROOT)
        yield portal
    finally:
        portal.down()


@pytest.mark.parametrize("time", [1, 2, 3])
def test_an_upgrade_and_the_way_back_lose_and_double_nothing(
    upgraded: UpgradedPortal, released: Path, browser: Browser, time: int
) -> None:
    portal = PortalUnderLoad(upgraded, [register_candidate(upgraded, browser) for _ in range(2)])
    with portal.load():
        portal.wait_until_answered("nothing", GOES_ON_SECONDS)
        upgraded.go_to(ROOT)
        portal.wait_until_answered("the upgrade", GOES_ON_SECONDS)
        portal.deposit_for_good(portal.candidates[0])
        upgraded.go_to(released, "back")
        portal.wait_until_answered("the way back", GOES_ON_SECONDS)
        portal.deposit_for_good(portal.candidates[1])
    portal.assert_nothing_lost_or_doubled()
