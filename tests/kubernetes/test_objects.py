"""The cluster takes every object; the examples by operators hold the files and settings of compose.
`make image-digests`: by which digests images are built and run, in every file that names them."""

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import kubernetes_validate
import pytest

from deploy.service_names import SERVICES
from tests.kubernetes.permissions import permitted_too_much
from tests.kubernetes.rendered import FOLDER, Object, named, of_kind, secrets_by_path, workload
from tests.support.compose_file import COMPOSE, COMPOSE_DEFAULTS, expanded

VERSIONS = (
    "1.32",
    kubernetes_validate.latest_version(),
)  # the oldest, as docs/operations/install.md promises
# Objects of operators, whose schemas Kubernetes does not publish.
OF_OPERATORS = ("postgresql.cnpg.io", "rabbitmq.com")


@pytest.mark.parametrize("version", VERSIONS)
def test_every_object_is_valid(
    demonstration: list[Object], production: list[Object], examples: list[Object], version: str
) -> None:
    ours = [each for each in examples if each["apiVersion"].partition("/")[0] not in OF_OPERATORS]
    for each in [
        *demonstration,
        *(each for each in production if each not in demonstration),
        *ours,
    ]:
        kubernetes_validate.validate(each, version, strict=True)


BROKER = FOLDER.parent / "containers" / "rabbitmq" / "rabbitmq.conf"


def test_rabbitmq_has_the_settings_and_queues_of_compose_on_three_nodes(
    examples: list[Object],
) -> None:
    [cluster] = of_kind(examples, "RabbitmqCluster")
    lines = cluster["spec"]["rabbitmq"]["additionalConfig"].splitlines()
    assert lines == [
        line for line in BROKER.read_text(encoding="utf-8").splitlines() if line and line[0] != "#"
    ]
    assert cluster["spec"]["replicas"] == 3
    assert cluster["spec"]["image"] == dict(COMPOSE_DEFAULTS)["RABBITMQ_IMAGE"]
    [volume] = cluster["spec"]["override"]["statefulSet"]["spec"]["template"]["spec"]["volumes"]
    sources = volume["projected"]["sources"]
    topology = named(examples, "ConfigMap", sources[0]["configMap"]["name"])
    assert {item["key"] for item in sources[0]["configMap"]["items"]} <= topology["data"].keys()


def test_postgresql_is_of_the_version_of_compose(examples: list[Object]) -> None:
    [cluster] = of_kind(examples, "Cluster")
    assert _tag(cluster["spec"]["imageName"]) == _tag(dict(COMPOSE_DEFAULTS)["POSTGRES_IMAGE"])


def _tag(image: str) -> str:
    """Without its digest, which another image of the same version does not have."""
    return image.partition("@")[0].rpartition(":")[2]


def test_databases_are_made_by_the_script_of_compose(examples: list[Object]) -> None:
    making = workload(examples, "databases")
    [scripts] = [
        volume["configMap"]["name"] for volume in making.pod["volumes"] if "configMap" in volume
    ]
    script = named(examples, "ConfigMap", scripts)["data"]["10-databases.sh"]
    assert script == (FOLDER.parent / "containers" / "postgres" / "10-databases.sh").read_text(
        encoding="utf-8"
    )
    assert making.process["command"][-1].endswith("/10-databases.sh")
    assert set(secrets_by_path(making).values()) == {
        "postgres-password",
        *(f"{service}-{url}-url" for service in SERVICES for url in ("database", "migrations")),
    }
    assert of_kind(examples, "Cluster")[0]["spec"]["instances"] == 3
    assert permitted_too_much(examples) == []


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
        tags = {image.partition("@")[0] for image in IMAGES}
        assert pinned == {
            f"{tag}@sha256:{hashlib.sha256(f'{answers} {tag}'.encode()).hexdigest()}"
            for tag in tags
        }


def test_images_are_built_on_those() -> None:
    built_on = re.findall(
        r"^ARG \w+_IMAGE=(.+)$", (ROOT / "deploy/images/Dockerfile").read_text(), re.MULTILINE
    )
    assert len(built_on) > 3
    assert set(built_on) <= IMAGES
