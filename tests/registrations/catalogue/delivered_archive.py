"""The delivered catalogue, packed."""

from pathlib import Path

from tests.documents.imports.exam_office import zip_of

DELIVERED = Path(__file__).parents[3] / "catalogue"


def delivered(**replaced: tuple[str, str]) -> bytes:
    """The delivered catalogue packed with its folder, once in each named file (« bts__exam ») a
    text replaced."""
    files = {
        str(path.relative_to(DELIVERED.parent)): path.read_bytes()
        for path in DELIVERED.rglob("*.*")
    }
    for name, (old, new) in replaced.items():
        path = f"catalogue/{name.replace('__', '/')}.yaml"
        assert old.encode() in files[path]
        files[path] = files[path].replace(old.encode(), new.encode(), 1)
    return zip_of(files)
