"""Loads a function's folder the way Lambda does: its files as top-level modules.

Several functions have a `handler` and a `log`; each is loaded with names of its own, which leave
`sys.modules` again, so that no function meets the files of another.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType, SimpleNamespace

SOURCES = Path(__file__).parent.parent.parent / "lambda_src"


def load(folder: Path | str) -> SimpleNamespace:
    """The freshly imported modules of a folder, by name. Give a name below lambda_src, or any path."""
    root = SOURCES / folder
    names = sorted(path.stem for path in root.glob("*.py"))
    with _at_the_root(root, names):
        return SimpleNamespace(**{name: import_module(name) for name in names})


@contextmanager
def _at_the_root(root: Path, names: list[str]) -> Iterator[None]:
    hidden: dict[str, ModuleType] = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(root))
    invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(root))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules.update(hidden)
