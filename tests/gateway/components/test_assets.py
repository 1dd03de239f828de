import gzip
import json
from pathlib import Path

import pytest

from gateway.assets import AssetsMissing, UnknownAsset, load_assets
from gateway.assets_build import AssetListError, build, read_asset_list

ASSET_LIST = """
[p.css]
component/a/a.css
style/own.css # ours
[p.js]
a.js
style/own.js
[files]
favicon/favicon.svg
"""


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """A package and an own folder with one style sheet, its icon, one script and one file."""
    dist, own = tmp_path / "package" / "dist", tmp_path / "own"
    for path, text in {
        dist / "component/a/a.css": '@charset "UTF-8";.a{mask:url(../../icons/x.svg)}/*# sourceMappingURL=a.css.map */',
        dist / "icons/x.svg": "<svg/>",
        dist / "a.js": "const same=1;",
        dist / "favicon/favicon.svg": "<svg/>",
        own / "style/own.css": '.b{background:url("data:image/png;base64,AA")}',
        own / "style/own.js": "const same=2;",
        own / "assets.txt": ASSET_LIST,
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def built(sources: Path) -> Path:
    return sources / "static" / build(sources / "package/dist", sources / "static", "1.0.0", own=sources / "own")


def test_a_bundle_holds_its_parts_and_the_icons_they_name(sources: Path) -> None:
    folder = built(sources)
    style = (folder / "p.css").read_text(encoding="utf-8")
    assert ".a{mask:url(icons/x.svg)}" in style
    assert 'url("data:image/png;base64,AA")' in style
    assert (folder / "icons/x.svg").exists()
    assert style.count("@charset") == 1
    assert "sourceMappingURL" not in style
    assert gzip.decompress((folder / "p.css.gz").read_bytes()) == (folder / "p.css").read_bytes()


def test_parts_of_a_script_do_not_see_each_other_s_names(sources: Path) -> None:
    assert (built(sources) / "p.js").read_text() == "{\nconst same=1;\n}\n{\nconst same=2;\n}"


def test_the_folder_s_name_changes_with_its_content_and_the_old_one_goes(sources: Path) -> None:
    first = built(sources)
    assert built(sources) == first
    (sources / "own/style/own.js").write_text("const same=3;")
    second = built(sources)
    assert second != first
    assert not first.exists()


def test_pages_find_what_was_built_and_nothing_else(sources: Path) -> None:
    folder = built(sources)
    assets = load_assets(sources / "static")
    assert assets.url("favicon/favicon.svg") == f"/static/{folder.name}/favicon/favicon.svg"
    assert json.loads((sources / "static/manifest.json").read_text())["base"] == folder.name
    with pytest.raises(UnknownAsset):
        assets.url("other.css")


def test_assets_never_built_say_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make assets"):
        load_assets(tmp_path)


def test_a_list_that_names_what_is_not_there_is_refused(sources: Path) -> None:
    (sources / "own/assets.txt").write_text("[p.css]\nmissing.css\n")
    with pytest.raises(AssetListError, match=r"missing\.css"):
        built(sources)


def test_a_style_sheet_cannot_reach_outside_the_package(sources: Path) -> None:
    (sources / "package/dist/component/a/a.css").write_text("a{b:url(../../../../secret)}")
    with pytest.raises(AssetListError):
        built(sources)


def test_a_file_before_any_section_is_refused_with_its_line() -> None:
    with pytest.raises(AssetListError, match=r"assets\.txt:2"):
        read_asset_list("# comment\na.css\n")
