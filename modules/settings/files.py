"""YAML files: read, checked for doubled keys, laid over each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from modules.errors import ConfigError, Problem

Tree = dict[str, Any]
Keys = tuple[str, ...]
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Reader(_Loader):  # type: ignore[misc,valid-type]  # the base is chosen at run time
    """A safe loader that refuses doubled keys, where plain YAML keeps the last one silently."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(getattr(key, "value", ""))
            if name in seen:
                raise _at(key, f"{name!r} stands twice in one mapping; keep one of them")
            seen.add(name)
            if isinstance(key, yaml.ScalarNode) and not isinstance(self.construct_object(key), str):
                raise _at(key, f"the key {name!r} is not text; put it in quotes")
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


def _at(node: yaml.Node, text: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=text, problem_mark=node.start_mark)


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
        The file is missing, is not UTF-8, or is not a YAML mapping.
    """
    try:
        content = yaml.load(path.read_text("utf-8"), _Reader)  # noqa: S506  (_Reader is a safe loader)
    except FileNotFoundError:
        raise ConfigError([Problem(name, "", "there is no such file; create it or choose another ENV")]) from None
    except OSError as error:
        raise ConfigError([Problem(name, "", f"cannot be read ({error.strerror}); check the file")]) from None
    except UnicodeDecodeError as error:
        text = f"byte {error.start} is not UTF-8; save the file as UTF-8"
        raise ConfigError([Problem(name, "", text)]) from None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise ConfigError([Problem(name, "", _yaml_text(error))]) from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        text = f"holds a {type(content).__name__}; a mapping (key: value) is wanted"
        raise ConfigError([Problem(name, "", text)])
    return content


def _yaml_text(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
    what = getattr(error, "problem", None) or str(error).splitlines()[0]
    return f"{where}not valid YAML: {what}" if "twice" not in what and "quotes" not in what else f"{where}{what}"


def lay_over(base: Any, top: Any) -> Any:
    """`top` over `base`: mappings merge, everything else replaces."""
    if isinstance(base, dict) and isinstance(top, dict):
        return base | {key: lay_over(base.get(key), value) for key, value in top.items()}
    return top


def holds(tree: Any, keys: Keys) -> bool:
    """Whether a tree has a value at a path."""
    for key in keys:
        if isinstance(tree, dict) and key in tree:
            tree = tree[key]
        elif isinstance(tree, list) and key.isdigit() and int(key) < len(tree):
            tree = tree[int(key)]
        else:
            return False
    return True
