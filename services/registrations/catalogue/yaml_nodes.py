"""Reads a YAML file into a tree of nodes with file and line; tags never build Python objects."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from services.registrations.catalogue.mistakes import Mistake

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # a PyYAML that was built without libyaml is slower
    from yaml import SafeLoader  # type: ignore[assignment]

MAX_BYTES = 2_000_000
MAX_NODES = 100_000  # aliases of aliases would otherwise grow without end
UNREADABLE = "unreadable"  # kind of the root of a file that is already known to be wrong
_TAG = "tag:yaml.org,2002:"
_WHOLE_NUMBER = re.compile("0|-?[1-9][0-9]*")
_BOOLEANS = {"true": True, "false": False}


@dataclass(eq=False)
class Node:
    """A scalar (`text`, `tag` such as str, int, bool, null), a list (`items`) or a map
    (`entries`)."""

    file: str
    line: int
    kind: str  # "scalar" | "list" | "map"
    text: str = ""
    tag: str = "str"
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Node] = field(default_factory=dict)
    keys: dict[str, int] = field(default_factory=dict)  # line of each key

    @property
    def is_null(self) -> bool:
        return self.kind == "scalar" and self.tag == "null"

    @property
    def whole_number(self) -> int | None:
        """Return the number that is written here, None where none is written plainly.

        YAML takes 010 for 8, 0x10 for 16, 1_000 for 1000 and 1:30 for 90: none of them is what
        its author sees, so none is a number here."""
        if self.tag != "int" or not _WHOLE_NUMBER.fullmatch(self.text):
            return None
        return int(self.text)

    @property
    def boolean(self) -> bool | None:
        """Return what `true` or `false` says, None for anything else: YAML takes yes, no, on and
        off for booleans too, which a French reader takes for texts."""
        if self.tag != "bool":
            return None
        return _BOOLEANS.get(self.text.lower())


class YamlReader:
    """Reads one file; what is wrong in it is added to `mistakes`."""

    def __init__(self, path: Path, mistakes: list[Mistake]) -> None:
        self._path = path
        self._file = str(path)
        self._mistakes = mistakes
        self._count = 0

    def read(self) -> Node:
        """Return the file's tree; an empty map for an empty file, UNREADABLE where it cannot be
        read."""
        empty = Node(self._file, 1, "map")
        unreadable = Node(self._file, 1, UNREADABLE)
        try:
            if self._path.stat().st_size > MAX_BYTES:
                return self._refuse(1, "fichier trop gros : le partager en plusieurs", unreadable)
            root = yaml.compose(self._path.read_text(encoding="utf-8"), Loader=SafeLoader)
            return empty if root is None else self._node(root)
        except UnicodeDecodeError:
            return self._refuse(
                1, "le fichier n'est pas en UTF-8 : l'enregistrer en UTF-8", unreadable
            )
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            message = (
                f"YAML illisible ({error.problem}) : vérifier l'indentation, les guillemets et les "
                "deux-points"
            )
            return self._refuse(mark.line + 1 if mark else 1, message, unreadable)
        except (yaml.YAMLError, RecursionError) as error:
            return self._refuse(
                1, f"YAML illisible ({type(error).__name__}) : simplifier le fichier", unreadable
            )
        except OSError as error:
            return self._refuse(
                1, f"fichier illisible ({error.strerror}) : vérifier ses droits", unreadable
            )

    def _node(self, node: yaml.Node) -> Node:
        self._count += 1
        if self._count > MAX_NODES:
            raise yaml.YAMLError("trop d'éléments")
        line = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._map(node, line)
        if isinstance(node, yaml.SequenceNode):
            return Node(self._file, line, "list", items=[self._node(item) for item in node.value])
        return Node(self._file, line, "scalar", node.value, node.tag.removeprefix(_TAG))

    def _map(self, node: yaml.MappingNode, line: int) -> Node:
        map_node = Node(self._file, line, "map")
        for key, value in node.value:
            name = str(key.value)
            key_line = key.start_mark.line + 1
            if name in map_node.entries:
                self._refuse(
                    key_line, f"doublon de la clé « {name} » : n'en garder qu'une", map_node
                )
                continue
            map_node.entries[name] = self._node(value)
            map_node.keys[name] = key_line
        return map_node

    def _refuse(self, line: int, text: str, instead: Node) -> Node:
        self._mistakes.append(Mistake(self._file, line, text))
        return instead
