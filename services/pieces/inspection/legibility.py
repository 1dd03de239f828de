"""« Est-ce lisible ? »: blank, sideways, blurred, too few points. Every threshold stands here.

They were chosen on the pages of tests/pieces/corpus/legible.py, where good and bad ones are well apart.
"""

from __future__ import annotations

from PIL import Image, ImageChops, ImageFilter

from services.pieces.domain.legibility import Sign

SIDE = 1200  # points of the long side at which a page is looked at
SMALL = 800  # points of the long side; A4 at 70 dpi
INK = 24  # levels of grey by which ink differs from the paper around it
LEAST_INK = 0.003  # share of points; a page with one line has 0.005, paper in an uneven light 0.002
SOFT = 0.25  # steepness of the strongest edges by contrast; a sharp page has 0.44 at least, one out of focus 0.19
EDGES = 0.005  # share of points that are such edges
EXTREMES = 0.005  # share of the darkest and of the lightest points that contrast leaves out
UPRIGHT_RATIO = 3.0  # how much more columns vary than rows: 9 and more where lines of text stand, else at most 1
LEAST_LINES = 20.0  # how much columns vary at least where there are lines at all
LINE_STEP = 3  # points between which lines of text and what separates them differ

_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def signs_of(image: Image.Image, *, counted: bool) -> tuple[Sign, ...]:
    """Why the picture may be hard to read. `counted`: whether its points are those that were sent."""
    signs = [Sign.SMALL] if counted and max(image.size) < SMALL else []
    grey = image.convert("L")
    grey.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    inside = _without_edges(grey)
    if min(inside.size) < 3:
        return (Sign.BLANK, *signs)
    smooth = inside.filter(ImageFilter.BoxBlur(1))  # noise is smoothed away
    paper = inside.filter(ImageFilter.BoxBlur(max(1, max(inside.size) // 40)))
    darker = ImageChops.subtract(paper, smooth)
    if max(_ink(darker), _ink(ImageChops.subtract(smooth, paper))) < LEAST_INK:
        return (Sign.BLANK, *signs)
    if _stands(darker):
        signs.append(Sign.SIDEWAYS)
    if _steepness(smooth) < SOFT:
        signs.append(Sign.BLURRED)
    return tuple(sign for sign in Sign if sign in signs)


def _without_edges(image: Image.Image) -> Image.Image:
    """Scanners leave shadows and telephones show the table."""
    width, height = image.size
    return image.crop((width // 16, height // 16, width - width // 16, height - height // 16))


def _ink(differences: Image.Image) -> float:
    """The share of points that differ from the paper around them, whatever the light."""
    return sum(differences.histogram()[INK:]) / (differences.width * differences.height)


def _stands(darker: Image.Image) -> bool:
    """Whether lines of text run from top to bottom."""
    ink = darker.point(lambda level: 255 if level > INK - 4 else 0)
    rows = _variation(ink.resize((1, ink.height), Image.Resampling.BOX))
    columns = _variation(ink.resize((ink.width, 1), Image.Resampling.BOX))
    return columns > LEAST_LINES and columns > UPRIGHT_RATIO * rows


def _variation(line: Image.Image) -> float:
    levels = line.tobytes()
    steps = [(level - next_level) ** 2 for level, next_level in zip(levels, levels[LINE_STEP:], strict=False)]
    return sum(steps) / max(1, len(steps))


def _steepness(smooth: Image.Image) -> float:
    edges = smooth.filter(_LAPLACE).histogram()
    strengths = [edges[128], *(edges[128 - step] + edges[128 + step] for step in range(1, 128))]
    return _upper(strengths, EDGES) / max(1, _contrast(smooth.histogram()))


def _contrast(levels: list[int]) -> int:
    darkest = 255 - _upper(levels[::-1], EXTREMES)
    return _upper(levels, EXTREMES) - darkest


def _upper(histogram: list[int], share: float) -> int:
    """The level that this share of the points reach."""
    left = sum(histogram) * share
    for level in range(len(histogram) - 1, -1, -1):
        left -= histogram[level]
        if left <= 0:
            return level
    return 0
