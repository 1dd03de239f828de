"""Pages as people photograph and scan them: legible ones, and each kind that is not."""

import random
from typing import Any

import pillow_heif
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from tests.pieces import sample_files

_WORDS = (
    "attestation",
    "formation continue",
    "en banque",
    "session",
    "certifie",
    "à Besançon",
    "Monsieur",
    "né le",
)
A4 = (1240, 1754)
PAPER = 245
INK = 30


def sheet(
    size: tuple[int, int] = A4, *, lines: int | None = None, points: int = 24, ink: int = INK
) -> Image.Image:
    """Lines of text on paper."""
    chance = random.Random(7)
    image = Image.new("L", size, PAPER)
    font = ImageFont.load_default(points)
    draw = ImageDraw.Draw(image)
    top = size[1] // 12
    for _ in range(lines or 1000):
        if top > size[1] * 0.92:
            break
        text = " ".join(chance.choices(_WORDS, k=3))
        while draw.textlength(text, font) < size[0] * chance.choice((0.5, 0.7, 0.78)):
            text += " " + chance.choice(_WORDS)
        draw.text((size[0] * 0.08, top), text, fill=ink, font=font)
        top += int(points * 1.6)
    return image


def card() -> Image.Image:
    """An identity card: a portrait, few words."""
    image = Image.new("L", (1000, 630), 215)
    font = ImageFont.load_default(26)
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 120, 300, 480), fill=120)
    words = (
        "CARTE NATIONALE D'IDENTITE",
        "Nom : DUBOIS",
        "Prénom : Pierre",
        "Né le : 01.01.2002",
        "Taille : 1,80 m",
    )
    for number, text in enumerate(words):
        draw.text((340, 80 + number * 60), text, fill=40, font=font)
    draw.text((40, 540), "IDFRADUBOIS<<<<<<<<<<<<<<<<<<<<<<", fill=30, font=font)
    return image


def photographed(image: Image.Image, *, blur: float = 0, angle: float = 1.5) -> Image.Image:
    """Unevenly lit, not quite straight, with the noise of a sensor."""
    light = (
        Image.linear_gradient("L")
        .rotate(35)
        .resize(image.size)
        .point(lambda level: 255 - level * 80 // 255)
    )
    turned = ImageChops.multiply(
        image.rotate(angle, fillcolor=90, resample=Image.Resampling.BICUBIC), light
    )
    blurred = turned.filter(ImageFilter.GaussianBlur(blur))
    return ImageChops.add(blurred, Image.effect_noise(image.size, 6), 1, -128)


def rotated_by_90(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.ROTATE_90)


def large(image: Image.Image) -> Image.Image:
    """As many points as a telephone takes."""
    return image.resize((3024, 4032), Image.Resampling.LANCZOS)


def jpeg(image: Image.Image, **how: Any) -> bytes:
    return sample_files.saved(image, "JPEG", quality=85, **how)


def telephone_exif() -> Image.Exif:
    """When and where, and that it was held upright: the picture lies on its side."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x0132] = "2021:10:04 12:00:00"
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 18.0, 0.0), 3: "E", 4: (4.0, 5.0, 0.0)})
    return exif


def heic(image: Image.Image, exif: Image.Exif | None = None) -> bytes:
    """Encoded in the fastest way: what tests are about is its decoding, and the default takes eight
    times as long."""
    how: dict[str, Any] = {"exif": exif.tobytes()} if exif else {}
    picture = pillow_heif.from_pillow(image.convert("RGB"))
    return sample_files.saved(picture, quality=60, enc_params={"preset": "ultrafast"}, **how)


def heic_saying(size: tuple[int, int]) -> bytes:
    """One that claims another size than it has."""
    content = heic(sheet((320, 200)))
    claimed = b"".join(side.to_bytes(4, "big") for side in size)
    return content.replace((320).to_bytes(4, "big") + (200).to_bytes(4, "big"), claimed)
