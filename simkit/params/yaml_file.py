"""A YAML file as plain data, with the line of every key, so that an error can say where.

Scalars follow YAML 1.2: `9:30`, `no` and `017` are texts, which no number or switch accepts, and `1e-3` is a number. Anchors, aliases
and tags are refused: nobody needs them here, and a few lines of aliases can stand for more data than a machine holds.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from simkit.params.errors import Finding, ParameterError

LARGEST_FILE_BYTES = 1_000_000

_ENDS_OF_LINES: Final = frozenset("\r\x85\u2028\u2029\ufeff")
_TAG: Final = "tag:yaml.org,2002:"
_SCALARS: Final[dict[str, tuple[str, str, Callable[[str], object]]]] = {
    # tag: (pattern, first characters, meaning)
    "null": (r"~|null|Null|NULL|", "~nN", lambda _: None),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF", lambda text: text.lower() == "true"),
    "int": (r"[-+]?(?:0|[1-9][0-9_]*)", "-+0123456789", int),
    "float": (r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+.0123456789", float),
    "timestamp": (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", "0123456789", datetime.date.fromisoformat),
}
_MEANINGS: Final = {_TAG + name: meaning for name, (_, _, meaning) in _SCALARS.items()} | {_TAG + "str": str}


class _Loader(yaml.SafeLoader):
    """Composes nodes with the scalars above. PyYAML's loader in C is faster, but a deeply nested file crashes it."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - a slot of the base class


for _name, (_pattern, _first, _) in _SCALARS.items():
    _empty = [""] if _name == "null" else []
    _Loader.add_implicit_resolver(_TAG + _name, re.compile(f"^(?:{_pattern})$"), [*_first, *_empty])


class _Dumper(yaml.SafeDumper):
    """Writes plain what `_Loader` takes for a text, and quotes all else."""

    yaml_implicit_resolvers = _Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 - aliases are refused
        """Write everything out."""
        return True

    def represent_text(self, text: str) -> yaml.Node:
        """Escape what is a line's end to YAML alone, and would come back as another one."""
        return self.represent_scalar(_TAG + "str", text, style='"' if _ENDS_OF_LINES & set(text) else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def yaml_text(data: dict[str, Any]) -> str:
    """Return plain data as the text of a file that `read_yaml` reads as the same data."""
    text: str = yaml.dump(data, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=120)
    return text


@dataclass(frozen=True)
class YamlFile:
    """The data of one file and the line on which each dotted key stands."""

    path: Path
    data: dict[str, Any]
    lines: dict[str, int]

    def finding(self, key: str, problem: str) -> Finding:
        """Make a finding for `key`, with the line of the key or of the nearest section above it that the file has."""
        above = key
        while above and above not in self.lines:
            above = above.rpartition(".")[0]
        return Finding(str(self.path), key, problem, self.lines.get(above, 0))


def read_yaml(path: Path) -> YamlFile:
    """Read one YAML mapping; raise `ParameterError` for what is no readable YAML mapping or names a key twice."""
    try:
        if path.stat().st_size > LARGEST_FILE_BYTES:
            raise ParameterError([Finding(str(path), "", f"larger than {LARGEST_FILE_BYTES:,} bytes")])
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
        if not isinstance(root, yaml.MappingNode):
            raise ParameterError([Finding(str(path), "", "must hold keys and values")])
        reader = _Reader(path)
        data = reader.mapping(root, "")
    except OSError as error:
        raise ParameterError([Finding(str(path), "", f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ParameterError([Finding(str(path), "", "is not UTF-8 text")]) from error
    except RecursionError as error:
        raise ParameterError([Finding(str(path), "", "is nested too deeply")]) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or str(error)
        raise ParameterError(
            [Finding(str(path), "", f"not valid YAML: {problem}", mark.line + 1 if mark else 0)]
        ) from error
    if reader.findings:
        raise ParameterError(reader.findings)
    return YamlFile(path, data, reader.lines)


def read_value(text: str, place: str) -> Any:  # noqa: ANN401 - YAML holds any plain value
    """Return the value that `text` would be in a file, such as `5`, `true`, `[young]`; raise `ParameterError` that names `place`."""
    reader = _Reader(Path(place))
    try:
        node = yaml.compose(text, Loader=_Loader)
        value = None if node is None else reader.value(node, "")
    except yaml.YAMLError as error:
        raise ParameterError([Finding(place, "", f"'{text}' is not valid YAML")]) from error
    if reader.findings:
        raise ParameterError(reader.findings)
    return value


class _Reader:
    """Turns nodes into data and keeps the line of each key."""

    def __init__(self, path: Path) -> None:
        self.lines: dict[str, int] = {}
        self.findings: list[Finding] = []
        self._path = path
        self._read: set[int] = set()

    def mapping(self, node: yaml.MappingNode, key: str) -> dict[str, Any]:
        """Return a mapping's data."""
        data: dict[str, Any] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                self._report(name_node, key, "a key must be a single word")
                continue
            name = str(name_node.value)
            below = f"{key}.{name}" if key else name
            if name in data:
                self._report(name_node, below, f"the key stands twice (first in line {self.lines[below]})")
            self.lines[below] = name_node.start_mark.line + 1
            data[name] = self.value(value_node, below)
        return data

    def value(self, node: yaml.Node, key: str) -> Any:  # noqa: ANN401 - YAML holds any plain value
        """Return a node's data."""
        if id(node) in self._read:
            self._report(node, key, "is an alias; write the values out")
            return None
        self._read.add(id(node))
        if isinstance(node, yaml.MappingNode) and node.tag == _TAG + "map":
            return self.mapping(node, key)
        if isinstance(node, yaml.SequenceNode) and node.tag == _TAG + "seq":
            return [self._item(item, f"{key}.{position}") for position, item in enumerate(node.value)]
        if not isinstance(node, yaml.ScalarNode) or node.tag not in _MEANINGS:
            self._report(node, key, f"has the tag {node.tag}; tags are not used here")
            return None
        try:
            return _MEANINGS[node.tag](node.value)
        except ValueError as error:
            self._report(node, key, f"cannot be understood: {error}")
            return None

    def _item(self, node: yaml.Node, key: str) -> Any:  # noqa: ANN401
        self.lines[key] = node.start_mark.line + 1
        return self.value(node, key)

    def _report(self, node: yaml.Node, key: str, problem: str) -> None:
        self.findings.append(Finding(str(self._path), key, problem, node.start_mark.line + 1))
