"""YAML files: read with their mistakes, laid over each other.

The reader takes the plain part of YAML 1.2, as editors do: text, numbers, true and false, null,
lists and mappings. `yes`, `030`, `1:30` and dates are text, where YAML 1.1 would make something
else of them. Aliases and tags are refused, so no file is larger than it looks.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from modules.errors import ConfigError, Problem
from modules.settings.problems import dotted, shown

Tree = dict[str, Any]
Keys = tuple[str | int, ...]
Mistakes = list[tuple[Keys, str]]
# A word of its own: a key that somebody forgot to fill in must not take anything out.
ABSENT = "absent"
DEEPEST = 20
_TEXT = "tag:yaml.org,2002:str"
_HALF = re.compile("[\ud800-\udfff]")


class _Reader(yaml.SafeLoader):
    """Of YAML, what configuration needs."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  (own, where the base class's are YAML 1.1)
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # a stub without types
        if isinstance(event, yaml.AliasEvent):
            raise _at(event, f"an alias (*{event.anchor}) is not possible here; write the value out")
        if getattr(event, "tag", None) is not None:
            raise _at(event, f"a tag ({shown(event.tag)}) is not possible here; write the value without it")
        if _HALF.search(getattr(event, "value", "")):
            raise _at(event, "half a character (U+D800 to U+DFFF) is not possible here; write it whole")
        if self.depth > DEEPEST:
            raise _at(event, f"nested deeper than {DEEPEST} levels; no key of ours is so deep")
        self.depth += 1
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node


for _kind, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
    ("float", r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("float", r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "-+."),
):
    _Reader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})$"), list(_first))


def _at(event: Any, text: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=text, problem_mark=event.start_mark)


def read(path: Path, name: str) -> Tree:
    """The mapping in a YAML file.

    Parameters
    ----------
    path
        The file.
    name
        What messages call it.

    Raises
    ------
    ConfigError
        The file is missing, is not UTF-8, is not a YAML mapping, or has a key twice.
    """
    tree, problems = parse(path, name)
    if problems:
        raise ConfigError(problems)
    return tree


def parse(path: Path, name: str) -> tuple[Tree, list[Problem]]:
    """What `read` returns, and the mistakes that leave the rest of the file readable.

    Raises
    ------
    ConfigError
        The rest of the file cannot be read.
    """
    try:
        reader: Any = _Reader(_text(path))
        root = reader.get_single_node()
        mistakes: Mistakes = []
        empty = root is None or root.value == ""
        content = {} if empty else _value(reader, root, (), mistakes)
    except OSError as error:
        raise ConfigError([Problem(name, "", f"cannot be read ({error.strerror}); check the file")]) from None
    except UnicodeDecodeError as error:
        text = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise ConfigError([Problem(name, "", text)]) from None
    except yaml.YAMLError as error:
        raise ConfigError([Problem(name, "", _yaml_text(error))]) from None
    if not isinstance(content, dict):
        raise ConfigError([Problem(name, "", f"holds {shown(content)}; a mapping (key: value) is wanted")])
    return content, [Problem(name, dotted(keys), text) for keys, text in mistakes]


def _text(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise OSError(0, "it is not a file")
    return path.read_text("utf-8-sig")


def _yaml_text(error: Any) -> str:
    if isinstance(error, yaml.reader.ReaderError):
        return f"has a character that YAML does not allow (U+{error.character:04X}); take it out"
    mark = error.problem_mark or error.context_mark
    what = ", ".join(part for part in (error.context, error.problem) if part)
    if "'\\t'" in what:
        what = "a tab; indent with spaces"
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    return f"{where}{what}" if "not possible" in what else f"{where}not valid YAML: {what}"


def _value(reader: Any, node: yaml.Node, path: Keys, mistakes: Mistakes) -> Any:
    """A node as a value; `mistakes` gets its bad keys."""
    if isinstance(node, yaml.MappingNode):
        return _mapping(reader, node, path, mistakes)
    if isinstance(node, yaml.SequenceNode):
        return [_value(reader, entry, (*path, index), mistakes) for index, entry in enumerate(node.value)]
    return reader.construct_object(node)


def _mapping(reader: Any, node: yaml.MappingNode, path: Keys, mistakes: Mistakes) -> Tree:
    mapping: Tree = {}
    lines: dict[str, int] = {}
    for key, entry in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            mistakes.append((path, f"line {line}: a list or mapping is no key; write one word"))
            continue
        here = (*path, key.value)
        if key.tag != _TEXT:
            mistakes.append((here, f"line {line}: the key is not text; put it in quotes"))
        elif key.value in mapping:
            mistakes.append((here, f"stands twice, in lines {lines[key.value]} and {line}; keep one of them"))
        else:
            lines[key.value] = line
            mapping[key.value] = _value(reader, entry, here, mistakes)
    return mapping


def lay_over(base: Any, top: Any) -> Any:
    """`top` over `base`: mappings merge, all else replaces, `absent` takes a mapping of the base out."""
    if isinstance(base, dict) and isinstance(top, dict):
        gone = {key for key in top if top[key] == ABSENT and isinstance(base.get(key), dict)}
        over = {key: lay_over(base.get(key), value) for key, value in top.items() if key not in gone}
        return {key: value for key, value in base.items() if key not in gone} | over
    return top


def holds(tree: Any, keys: Keys) -> bool:
    """Whether a tree has a value at a path."""
    for key in keys:
        if isinstance(tree, list):
            tree = dict(enumerate(tree))
        if not isinstance(tree, dict) or key not in tree:
            return False
        tree = tree[key]
    return True
