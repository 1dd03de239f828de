"""Reads an exam's folder into sections: `exam.yaml`, any section of which may be a sibling file or
folder instead."""

from dataclasses import dataclass, field
from pathlib import Path

from services.registrations.catalogue.mistakes import Mistake, suggestion
from services.registrations.catalogue.yaml_nodes import Node, YamlReader

EXAM_FILE = "exam.yaml"
LISTS = "lists"
SECTIONS = ("tabs", "rules", "texts", "document_types", "forms", "categories", "pieces")
FOLDERS = ("specialites", "sessions")  # one file each, or a list in exam.yaml
_SUFFIXES = (".yaml", ".yml")


@dataclass
class ExamFolder:
    head: Node  # exam.yaml without the sections
    sections: dict[str, Node] = field(default_factory=dict)
    parts: dict[str, list[tuple[str | None, Node]]] = field(
        default_factory=dict
    )  # folder -> (file's stem, node)


def exam_folders(root: Path, mistakes: list[Mistake]) -> list[Path]:
    """The folders of exams under `root`, or `root` itself where it is one."""
    if (root / EXAM_FILE).is_file():
        return [root]
    folders = []
    for path in sorted(root.iterdir()) if root.is_dir() else []:
        if not path.is_dir() or path.name.startswith("."):
            continue
        if (path / EXAM_FILE).is_file():
            folders.append(path)
        elif any(path.rglob("*.yaml")):
            mistakes.append(
                Mistake(
                    str(path / EXAM_FILE),
                    1,
                    "fichier manquant : l'écrire, avec code, domaine, label",
                )
            )
    if not folders and not mistakes:
        text = f"aucun examen ici : écrire un dossier par examen, avec un fichier {EXAM_FILE}"
        mistakes.append(Mistake(str(root), 1, text))
    return folders


def read(folder: Path, mistakes: list[Mistake]) -> ExamFolder:
    head = YamlReader(folder / EXAM_FILE, mistakes).read()
    exam_folder = ExamFolder(head, parts={name: [] for name in FOLDERS})
    lists = Node(head.file, head.line, "map")
    for name in list(head.entries):
        _take_sections_of_head(exam_folder, lists, name, mistakes)
    for path in sorted(folder.iterdir()):
        if path.suffix in _SUFFIXES and path.name != EXAM_FILE:
            _add_file(exam_folder, lists, path, mistakes)
        elif path.is_dir():
            _add_folder(exam_folder, path, mistakes)
    exam_folder.sections[LISTS] = lists
    return exam_folder


def _take_sections_of_head(
    exam_folder: ExamFolder, lists: Node, name: str, mistakes: list[Mistake]
) -> None:
    head = exam_folder.head
    if name in SECTIONS:
        exam_folder.sections[name] = head.entries.pop(name)
    elif name in FOLDERS:
        node = head.entries.pop(name)
        if node.kind != "list":
            mistakes.append(
                Mistake(node.file, node.line, f"{name} : une liste est attendue (« - … »)")
            )
        exam_folder.parts[name] += [(None, item) for item in node.items]
    elif name == LISTS:
        node = head.entries.pop(name)
        if node.kind != "map":
            mistakes.append(
                Mistake(node.file, node.line, "lists : des noms suivis de listes sont attendus")
            )
        lists.entries.update(node.entries)


def _add_file(exam_folder: ExamFolder, lists: Node, path: Path, mistakes: list[Mistake]) -> None:
    """A file is a section, or else a named list, by its name."""
    name = path.stem
    node = YamlReader(path, mistakes).read()
    if name in FOLDERS:
        text = (
            f"« {name} » est un dossier, ou une section d'{EXAM_FILE} : y mettre un fichier par "
            "élément"
        )
        mistakes.append(Mistake(node.file, 1, text))
    elif name in SECTIONS:
        _add_section(exam_folder.sections, name, node, mistakes)
    elif (mend := suggestion(name, (*SECTIONS, *FOLDERS))).startswith("écrire"):
        mistakes.append(Mistake(node.file, 1, f"section inconnue « {name} » : {mend}"))
    elif name == LISTS and node.kind == "map":
        lists.entries.update(node.entries)
    else:
        _add_section(lists.entries, name, node, mistakes)


def _add_section(sections: dict[str, Node], name: str, node: Node, mistakes: list[Mistake]) -> None:
    if name in sections:
        first = f"{sections[name].file}:{sections[name].line}"
        mistakes.append(
            Mistake(
                node.file, node.line, f"doublon de « {name} », déjà en {first} : n'en garder qu'un"
            )
        )
    else:
        sections[name] = node


def _add_folder(exam_folder: ExamFolder, path: Path, mistakes: list[Mistake]) -> None:
    if path.name not in FOLDERS:
        if any(file.suffix in _SUFFIXES for file in path.iterdir()):
            mend = suggestion(path.name, FOLDERS)
            mistakes.append(Mistake(str(path), 1, f"dossier inconnu « {path.name} » : {mend}"))
        return
    for file in sorted(path.iterdir()):
        if file.suffix in _SUFFIXES:
            exam_folder.parts[path.name].append((file.stem, YamlReader(file, mistakes).read()))
