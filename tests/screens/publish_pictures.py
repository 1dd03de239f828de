"""Copies some of the pictures into docs/screenshots/, small enough to be committed: `make
screenshots KEEP=1`."""

import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
PUBLISHED = (
    "accueil-360",
    "ouvertures-ouvert-1280",
    "creation-erreurs-360",
    "identification-1280",
    "epreuves-1280",
    "recapitulatif-360",
    "numero-1280",
    "inscriptions-1280",
    "conflit-1280",
    "documents-candidature-1280",
    "justificatifs-statuts-1280",
    "erreur-404-360",
    "gestion-a-traiter-1280",
    "gestion-pieces-1280",
    "gestion-piece-1280",
    "gestion-piece-360",
    "gestion-decisions-1280",
    "gestion-candidature-1280",
)
# Published under shorter names than they were recorded.
SOURCES = {
    "identification-1280": "onglet-identification-rempli-1280",
    "epreuves-1280": "onglet-epreuves-rempli-1280",
    "recapitulatif-360": "onglet-recap-360",
}
MOST_BYTES = 150_000  # bytes
MOST_HEIGHT = {"1280": 1600, "360": 1400}  # pixels: the foot of a long page says nothing more
COLOURS = (128, 64, 32)


def publish(name: str, recorder: Path, folder: Path) -> None:
    """Write one picture with a palette, with fewer colours where it would be too large. Raises
    ValueError if it is."""
    picture = Image.open(recorder / f"{SOURCES.get(name, name)}.png").convert("RGB")
    picture = picture.crop(
        (0, 0, picture.width, min(picture.height, MOST_HEIGHT[name.rpartition("-")[2]]))
    )
    target = folder / f"{name}.png"
    for colours in COLOURS:
        picture.quantize(colours, dither=Image.Dither.NONE).save(target, optimize=True)
        if target.stat().st_size <= MOST_BYTES:
            return
    raise ValueError(f"{target.name}: {target.stat().st_size} bytes, at most {MOST_BYTES} are kept")


def main() -> None:
    folder = ROOT / "docs" / "screenshots"
    folder.mkdir(exist_ok=True)
    try:
        for name in PUBLISHED:
            publish(name, ROOT / "screenshots", folder)
    except (OSError, ValueError) as error:
        sys.exit(f"docs/screenshots: {error}")


if __name__ == "__main__":
    main()
