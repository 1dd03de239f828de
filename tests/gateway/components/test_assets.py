"""Pages find what was built under the name that it has now, with the forms that compress well."""

import gzip
import re
from pathlib import Path

from gateway.assets import STATIC_FOLDER, load_assets

GATEWAY = STATIC_FOLDER.parent


def test_every_file_is_named_after_its_content_and_texts_are_there_compressed() -> None:
    names = load_assets().values()
    assert [name for name in names if not re.search(r"-[0-9A-Z]{8}\.\w+$", name)] == []
    for name in names:
        file = STATIC_FOLDER / name
        if file.suffix in {".css", ".js", ".svg"}:
            assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == file.read_bytes()
            assert Path(f"{file}.br").stat().st_size


def test_a_style_sheet_leads_to_the_icons_and_fonts_that_it_names() -> None:
    style = (STATIC_FOLDER / load_assets()["portail.css"]).read_text(encoding="utf-8")
    named = {name for name in re.findall(r"url\(['\"]?([^)'\"]+)", style) if not name.startswith("data:")}
    assert len(named) > 50
    assert {name for name in named if not (STATIC_FOLDER / name).is_file()} == set()


def test_the_icons_served_are_those_that_templates_and_scripts_name() -> None:
    style = (GATEWAY / "style/icons.css").read_text(encoding="utf-8")
    templates = "\n".join(path.read_text(encoding="utf-8") for path in GATEWAY.rglob("*.html"))
    scripts = "\n".join(path.read_text(encoding="utf-8") for path in (GATEWAY / "style").rglob("*.js"))
    named = set(re.findall(r"fr-icon-([a-z0-9-]+)", templates)) | set(re.findall(r'icon="([a-z0-9-]+)"', templates))
    named |= set(re.findall(r'"([a-z-]+-line)"', scripts))
    # « fr-icon-{{ icon }} » leaves an empty name; sizes are not icons.
    served = set(re.findall(r"\.fr-icon-([a-z0-9-]+) \{", style))
    assert {name for name in named if name and not name.startswith("-")} == served
