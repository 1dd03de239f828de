"""`make image-digests`: by which digests images are built and run, in every file that names them."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.kubernetes.conftest import of_folder
from tests.kubernetes.rendered import workloads
from tests.support.compose_file import COMPOSE, COMPOSE_DEFAULTS, expanded

ROOT = COMPOSE.parent
IMAGES = {image for name, image in COMPOSE_DEFAULTS if name.endswith("_IMAGE")}
# In the place of docker: `sh engine ANSWERS buildx imagetools inspect --format … IMAGE`.
ENGINE = 'test "$1" != nothing && printf sha256: && printf %s "$1 $7" | sha256sum | cut -d" " -f1'


def test_an_image_is_named_by_the_digest_of_its_tag_wherever_it_is_used(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT / "deploy", checkout / "deploy", ignore=shutil.ignore_patterns("secrets", "__pycache__"))
    shutil.copy(COMPOSE, checkout)
    for package in ("services", "gateway"):
        (checkout / package).symlink_to(ROOT / package)
    (tmp_path / "engine").write_text(ENGINE)

    def asked(answers: str) -> str:
        engine = {"ENGINE": f"sh {tmp_path}/engine {answers}"}
        subprocess.run([checkout / "deploy/tools/image-digests.sh"], env=os.environ | engine, check=False)
        return (checkout / COMPOSE.name).read_text(encoding="utf-8")

    assert asked("nothing") == COMPOSE.read_text(encoding="utf-8")
    for answers in ("of-yesterday", "of-today"):
        _, defaults = expanded(asked(answers))
        pinned = {image for name, image in defaults if name.endswith("_IMAGE")}
        assert pinned == {_pinned(image, answers) for image in IMAGES}
    subprocess.run([sys.executable, "-m", "deploy.tools.container_numbers"], cwd=checkout, check=True)
    arguments = re.findall(r"^ARG \w+_IMAGE=(.+)$", (checkout / "deploy/images/Dockerfile").read_text(), re.MULTILINE)
    pods = workloads(of_folder(checkout / "deploy/kubernetes/overlays/demonstration"))
    used = {container["image"] for pod in pods for container in pod.containers}
    assert len(arguments) > 3
    assert set(arguments) | {image for image in used if not image.startswith("portail/")} <= pinned
    assert f"image: {_pinned(dict(COMPOSE_DEFAULTS)['RABBITMQ_IMAGE'], 'of-today')}\n" in (
        checkout / "deploy/kubernetes/examples/rabbitmq.yaml"
    ).read_text(encoding="utf-8")


def _pinned(image: str, answers: str) -> str:
    tag = image.partition("@")[0]
    return f"{tag}@sha256:{hashlib.sha256(f'{answers} {tag}'.encode()).hexdigest()}"
