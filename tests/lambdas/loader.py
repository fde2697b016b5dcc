"""A function's modules as its archive has them, under names that no other function's modules take.

Inside of a function `from groups import ...` means its own file; two functions may both have a
`handler.py`, and each has its own copy of `shared`. While one is loaded its folder leads the path;
afterwards its names are free again.
"""

from __future__ import annotations

import sys
import tempfile
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import SimpleNamespace

from modules.packaging import SHARED, write_shared

SOURCES = Path(__file__).parent.parent.parent / "lambda_src"
_TASK = tempfile.TemporaryDirectory()  # the root of an archive, but for the function's own files
write_shared(SOURCES, Path(_TASK.name))


def load(function: str) -> SimpleNamespace:
    """All modules of lambda_src/<function>, as attributes by file name; those of `shared` in `shared`."""
    return load_folder(SOURCES / function, Path(_TASK.name))


def load_folder(folder: Path, task: Path | None = None) -> SimpleNamespace:
    """All modules that lie directly in a folder, with `shared` from there or from `task`."""
    own = sorted(path.stem for path in folder.glob("*.py"))
    hidden = _taken(own)
    sys.path[:0] = [str(folder), str(task or folder)]
    invalidate_caches()
    try:
        modules = {name: import_module(name) for name in own}
        for name, module in modules.items():
            assert Path(module.__file__ or "").parent == folder, f"{name} is another module of this name"
        shared = {name: module for name, module in sys.modules.items() if name.startswith(f"{SHARED}.")}
        parts = SimpleNamespace(**{name.partition(".")[2]: module for name, module in shared.items()})
        return SimpleNamespace(**modules, **{SHARED: parts})
    finally:
        del sys.path[:2]
        _taken(own)
        sys.modules.update(hidden)


def _taken(own: list[str]) -> dict[str, object]:
    """Take a function's modules out of those that Python knows."""
    names = [name for name in sys.modules if name in own or name.partition(".")[0] == SHARED]
    return {name: sys.modules.pop(name) for name in names}
