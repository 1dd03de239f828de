"""Photographs become what the office can read: small enough, upright, the pages of one document together."""

import io

from PIL import Image, ImageDraw
from playwright.sync_api import Route
from pypdf import PdfReader

from services.contracts.piece_rules import MAX_FILE_BYTES, PAGE_SIDE
from tests.gateway.scripts.sender import Sender
from tests.pieces.corpus.sample_pages import heic
from tests.support.processes import wait_until

TURNED = 6  # EXIF: held upright, the sensor lies on its side


def photograph(width: int, height: int, *, quality: int = 90, words: str = "", turned: bool = False) -> bytes:
    """As a telephone makes it: of noise, which weighs, with words on it."""
    picture = Image.effect_noise((width, height), 90).convert("RGB")
    ImageDraw.Draw(picture).text((width // 10, height // 3), words, fill="black", font_size=height // 8)
    exif = Image.Exif()
    exif[0x0112] = TURNED if turned else 1
    exif[0x9003] = "2021:10:05 15:59:00"
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality, exif=exif)
    return out.getvalue()


def test_a_photograph_too_large_to_be_sent_is_made_smaller_and_upright(sender: Sender) -> None:
    large = photograph(2800, 2100, quality=97, turned=True)
    assert len(large) > MAX_FILE_BYTES
    sender.sends(("IMG_0001.jpg", large))
    sender.is_asked_whether_it_is_legible()
    assert "Votre photo a été réduite de" in sender.page.inner_text("main")
    deposited = sender.file()
    with Image.open(io.BytesIO(deposited)) as picture:
        assert len(deposited) <= MAX_FILE_BYTES
        assert picture.height > picture.width
        assert picture.height >= PAGE_SIDE
        assert not picture.getexif()


def test_four_pages_are_put_in_order_and_become_one_pdf(sender: Sender) -> None:
    pages = {number: photograph(1600 + number, 2300, words=f"page {number}") for number in (1, 2, 4, 3)}
    sender.chooses(*((f"{number}.jpg", content) for number, content in list(pages.items())[:3]))
    sender.chooses(("3.jpg", pages[3]))  # the camera gives pages one after another
    names = sender.page.locator(".portail-fichier__nom")
    assert [text.split()[0] for text in names.all_inner_texts()] == ["1.jpg", "2.jpg", "4.jpg", "3.jpg"]
    up = sender.page.get_by_role("button", name="Monter 3.jpg")
    up.focus()
    up.press("Enter")
    assert [text.split()[0] for text in names.all_inner_texts()] == ["1.jpg", "2.jpg", "3.jpg", "4.jpg"]
    assert sender.page.evaluate("document.activeElement.textContent") == "Monter 3.jpg", "the focus goes along"
    sender.sends()
    sender.is_asked_whether_it_is_legible()
    assert "Vos 4 fichiers ont été réunis en un PDF de 4 pages." in sender.page.inner_text("main")
    deposited = sender.file()
    assert len(deposited) <= MAX_FILE_BYTES
    shapes = [page.images[0].image.size for page in PdfReader(io.BytesIO(deposited)).pages]  # type: ignore[union-attr]
    assert [width / height for width, height in shapes] == sorted(width / height for width, height in shapes)


def test_a_heic_becomes_a_jpeg_without_date_and_place(sender: Sender) -> None:
    picture = Image.open(io.BytesIO(photograph(1600, 1200, words="cni")))
    sender.sends(("IMG_0002.HEIC", heic(picture)))
    sender.is_asked_whether_it_is_legible()
    assert "convertie en JPEG, sans la date ni le lieu" in sender.page.inner_text("main")
    preview = sender.page.locator(".portail-apercu img")
    wait_until(lambda: preview.evaluate("image => image.naturalWidth") > 500, 60, "the picture")
    with Image.open(io.BytesIO(sender.file())) as deposited:
        assert (deposited.format, deposited.size) == ("JPEG", (1600, 1200))
        assert not deposited.getexif()


def test_files_chosen_before_the_script_arrives_are_taken_out_by_keyboard_and_sent_like_others(sender: Sender) -> None:
    held: list[Route] = []
    sender.page.route("**/form-*.js", lambda route: held.append(route))
    with sender.page.expect_request("**/form-*.js"):
        sender.page.reload(wait_until="commit")
    sender.chooses(("1.jpg", photograph(400, 300)), ("2.jpg", photograph(400, 300)))
    names = sender.page.locator(".portail-fichier__nom")
    assert not names.count()
    held[0].continue_()
    sender.page.locator("canvas").nth(1).wait_for()
    sender.page.get_by_role("button", name="Retirer 1.jpg").press("Enter")
    assert [text.split()[0] for text in names.all_inner_texts()] == ["2.jpg"]
    assert sender.page.evaluate("document.activeElement.textContent") == "Retirer 2.jpg"
    sender.sends()
    sender.is_asked_whether_it_is_legible()
    assert sender.sent_offsets, "sent in parts, which the script alone does"
