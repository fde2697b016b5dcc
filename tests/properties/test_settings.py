"""Whatever stands in the configuration: settings come out, or problems; never another exception."""

from __future__ import annotations

import copy
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from modules.errors import ConfigError
from modules.settings import Settings
from modules.settings.files import lay_over, read
from modules.settings.load import assemble
from tests.builders import BASE
from tests.strategies import trees

Tree = dict[str, Any]

_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
_keys = st.text(max_size=12) | st.sampled_from(["type", "region", "[key]", "s3", "local", "environment", "²"])
json_like = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3),
    max_leaves=8,
)
JARGON = ("Input should", "[type=", "pydantic", "NoneType", "Traceback")


def places(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The paths of all values, inner ones as well."""
    if not isinstance(tree, dict | list):
        return [path]
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree)
    return [path, *(place for key, value in entries for place in places(value, (*path, key)))]


def planted(tree: Tree, path: tuple[Any, ...], value: Any) -> Tree:
    """A copy with another value at a path."""
    copied = copy.deepcopy(tree)
    node: Any = copied
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    return copied


@st.composite
def broken_trees(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """Base and environment, one of them with anything planted somewhere."""
    both = [BASE, draw(trees())]
    which = draw(st.integers(0, 1))
    path = draw(st.sampled_from(places(both[which])[1:]))
    if draw(st.booleans()):
        path = (*path[:-1], draw(_keys)) if isinstance(path[-1], str) else path
    both[which] = planted(both[which], path, draw(json_like))
    return both[0], both[1]


def result_of(action: Callable[[], Any]) -> Any:
    """What comes out, or the problems, each in one line of our own words."""
    try:
        return action()
    except ConfigError as error:
        texts = [str(problem) for problem in error.problems]
        found = error
    assert texts
    assert all(len(text.splitlines()) == 1 for text in texts)
    assert not [text for text in texts if any(word in text for word in JARGON)]
    return found


@given(broken_trees())
def test_anything_anywhere_gives_settings_or_problems(both: tuple[Tree, Tree]) -> None:
    found = result_of(lambda: assemble("prod", *both, {}))
    if isinstance(found, ConfigError):
        assert {problem.file for problem in found.problems} <= {"config/base.yaml", "config/prod.yaml"}
    else:
        assert isinstance(found, Settings)


@given(st.text() | st.binary(), st.sampled_from(["", "a: ", "- ", "{", "? ", "!!", "&a ", "*", "%", "'"]))
@example(b"\xff\xfe", "")
@example("a: " * 5000, "")
@example("[" * 5000, "")
@example("0" * 5000, "a: ")
@example("!!timestamp x", "a: ")
def test_any_file_is_a_mapping_or_problems(content: str | bytes, lead: str) -> None:
    data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "prod.yaml"
        path.write_bytes(lead.encode() + data)
        assert isinstance(result_of(lambda: read(path, "config/prod.yaml")), dict | ConfigError)


_values = st.integers() | st.text(max_size=3) | st.lists(st.integers(), max_size=2)
_names = st.sampled_from("abcd")


def _shaped(depth: int) -> st.SearchStrategy[Tree]:
    """Trees in which a key is a mapping in all of them or in none: a, b hold mappings; c, d do not."""
    parts: dict[str, Any] = {"c": _values, "d": _values}
    if depth:
        parts |= {"a": _shaped(depth - 1), "b": _shaped(depth - 1)}
    return st.fixed_dictionaries({}, optional=parts)


@given(json_like.filter(lambda tree: "nan" not in repr(tree)), st.dictionaries(_names, _values | _shaped(1)))
def test_laying_over_twice_is_once(base: Any, top: Tree) -> None:
    once = lay_over(base, top)
    assert lay_over(once, top) == once
    assert lay_over(top, {}) == lay_over({}, top) == lay_over(top, top) == top


@given(_shaped(2), _shaped(2), _shaped(2))
def test_laying_over_is_associative_where_kinds_agree(low: Tree, middle: Tree, high: Tree) -> None:
    assert lay_over(lay_over(low, middle), high) == lay_over(low, lay_over(middle, high))


@given(_shaped(2), _shaped(2))
def test_laying_over_leaves_its_arguments(base: Tree, top: Tree) -> None:
    before = copy.deepcopy((base, top))
    lay_over(base, top)
    assert (base, top) == before
