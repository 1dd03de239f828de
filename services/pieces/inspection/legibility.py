"""« Est-ce lisible ? »: finds pages that are blank, sideways, blurred or have too few pixels.

The thresholds were chosen on the pages of tests/pieces/corpus/sample_pages.py, where good and bad
ones are well apart.
"""

from PIL import Image, ImageChops, ImageFilter

from services.contracts.piece_rules import Sign

LOOK_SIDE = 1200  # pixels of the long side to which a page is reduced first
MIN_SIDE = 800  # pixels of the long side, below which a picture is SMALL; A4 at 70 dpi
INK_CONTRAST = 24  # levels of grey by which ink differs from the paper around it
# share of pixels, below which a page is BLANK; one line gives 0.005, unevenly lit paper 0.002
MIN_INK_SHARE = 0.003
# strongest edges by contrast, below which a page is BLURRED; sharp ones have 0.44, blurred 0.19
MIN_STEEPNESS = 0.25
EDGE_SHARE = 0.005  # share of pixels that count as the strongest edges
EXTREME_SHARE = 0.005  # share of the darkest and of the lightest pixels that contrast leaves out
SIDEWAYS_RATIO = (
    3.0  # variation of columns by that of rows, above which a page is SIDEWAYS; 9 if it is, else 1
)
MIN_COLUMN_VARIATION = (
    20.0  # variation of columns, below which there are no lines of text that could be sideways
)
LINE_STEP = 3  # pixels between which a line of text and the gap beside it differ

_LAPLACE = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)


def find_signs(image: Image.Image, *, original_size: bool) -> tuple[Sign, ...]:
    """Why the picture may be hard to read. `original_size`: its pixels are those that were sent,
    not a rendering."""
    signs = [Sign.SMALL] if original_size and max(image.size) < MIN_SIDE else []
    grey = image.convert("L")
    grey.thumbnail((LOOK_SIDE, LOOK_SIDE), Image.Resampling.BOX)
    page = _without_margins(grey)
    if min(page.size) < 3:
        return (Sign.BLANK, *signs)
    smooth = page.filter(ImageFilter.BoxBlur(1))  # against noise
    paper = page.filter(ImageFilter.BoxBlur(max(1, max(page.size) // 40)))
    darker = ImageChops.subtract(paper, smooth)
    if max(_ink_share(darker), _ink_share(ImageChops.subtract(smooth, paper))) < MIN_INK_SHARE:
        return (Sign.BLANK, *signs)
    if _is_sideways(darker):
        signs.append(Sign.SIDEWAYS)
    if _steepness(smooth) < MIN_STEEPNESS:
        signs.append(Sign.BLURRED)
    return tuple(sign for sign in Sign if sign in signs)


def signs_of_document(signs: list[tuple[Sign, ...]]) -> tuple[Sign, ...]:
    """The signs of a document from those of each page: any page's, but BLANK only where all pages
    are, since the back of a sheet may be blank."""
    is_blank = bool(signs) and all(Sign.BLANK in signs_of_page for signs_of_page in signs)
    document_signs = {sign for signs_of_page in signs for sign in signs_of_page} - (
        set() if is_blank else {Sign.BLANK}
    )
    return tuple(sign for sign in Sign if sign in document_signs)


def _without_margins(image: Image.Image) -> Image.Image:
    """Without a sixteenth on each side: scanners leave shadows there, and telephones show the
    table."""
    width, height = image.size
    return image.crop((width // 16, height // 16, width - width // 16, height - height // 16))


def _ink_share(differences: Image.Image) -> float:
    """The share of pixels that differ from the paper around them, whatever the light."""
    return sum(differences.histogram()[INK_CONTRAST:]) / (differences.width * differences.height)


def _is_sideways(darker: Image.Image) -> bool:
    """Whether lines of text run from top to bottom. `darker`: by how much each pixel is darker than
    the paper there."""
    ink = darker.point(lambda level: 255 if level > INK_CONTRAST - 4 else 0)
    rows = _variation(ink.resize((1, ink.height), Image.Resampling.BOX))
    columns = _variation(ink.resize((ink.width, 1), Image.Resampling.BOX))
    return columns > MIN_COLUMN_VARIATION and columns > SIDEWAYS_RATIO * rows


def _variation(line: Image.Image) -> float:
    levels = line.tobytes()
    steps = [
        (level - next_level) ** 2
        for level, next_level in zip(levels, levels[LINE_STEP:], strict=False)
    ]
    return sum(steps) / max(1, len(steps))


def _steepness(smooth: Image.Image) -> float:
    edges = smooth.filter(_LAPLACE).histogram()
    strengths = [edges[128], *(edges[128 - step] + edges[128 + step] for step in range(1, 128))]
    return _upper_quantile(strengths, EDGE_SHARE) / max(1, _contrast(smooth.histogram()))


def _contrast(levels: list[int]) -> int:
    darkest = 255 - _upper_quantile(levels[::-1], EXTREME_SHARE)
    return _upper_quantile(levels, EXTREME_SHARE) - darkest


def _upper_quantile(histogram: list[int], share: float) -> int:
    """The level that this share of the pixels reaches or exceeds."""
    remaining = sum(histogram) * share
    for level in range(len(histogram) - 1, -1, -1):
        remaining -= histogram[level]
        if remaining <= 0:
            return level
    return 0
