"""`make image-digests`: by which digests images are built and run, in every file that names them."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.support.compose_file import COMPOSE, COMPOSE_DEFAULTS, expanded

ROOT = COMPOSE.parent
SCRIPT = Path("deploy/tools/image-digests.sh")
IMAGES = {image for name, image in COMPOSE_DEFAULTS if name.endswith("_IMAGE")}
# In the place of docker: `sh engine ANSWERS buildx imagetools inspect --format … IMAGE`.
ENGINE = 'test "$1" != nothing && printf sha256: && printf %s "$1 $7" | sha256sum | cut -d" " -f1'


def test_an_image_is_named_by_the_digest_that_its_tag_has_now(tmp_path: Path) -> None:
    (tmp_path / SCRIPT.parent).mkdir(parents=True)
    for file in (SCRIPT, COMPOSE.name):
        shutil.copy(ROOT / file, tmp_path / file)
    (tmp_path / "engine").write_text(ENGINE)

    def asked(answers: str) -> str:
        engine = {"ENGINE": f"sh {tmp_path}/engine {answers}"}
        subprocess.run([tmp_path / SCRIPT], env=os.environ | engine, check=False)
        return (tmp_path / COMPOSE.name).read_text(encoding="utf-8")

    assert asked("nothing") == COMPOSE.read_text(encoding="utf-8")
    for answers in ("of-yesterday", "of-today"):
        _, defaults = expanded(asked(answers))
        pinned = {image for name, image in defaults if name.endswith("_IMAGE")}
        assert pinned == {_pinned(image, answers) for image in IMAGES}


def _pinned(image: str, answers: str) -> str:
    tag = image.partition("@")[0]
    return f"{tag}@sha256:{hashlib.sha256(f'{answers} {tag}'.encode()).hexdigest()}"


def test_images_are_built_on_those() -> None:
    built_on = re.findall(r"^ARG \w+_IMAGE=(.+)$", (ROOT / "deploy/images/Dockerfile").read_text(), re.MULTILINE)
    assert len(built_on) > 3
    assert set(built_on) <= IMAGES
