"""A function's modules as its archive has them, under names that no other function's modules take.

Inside of a function `from groups import ...` means its own file; two functions may both have a
`handler.py`. While one is loaded its folder leads the path; afterwards its names are free again.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

SOURCES = Path(__file__).parent.parent.parent / "lambda_src"


def load(function: str) -> SimpleNamespace:
    """All modules of lambda_src/<function>, as attributes by file name."""
    return load_folder(SOURCES / function)


def load_folder(folder: Path) -> SimpleNamespace:
    """All modules that lie directly in a folder."""
    names = sorted(path.stem for path in folder.glob("*.py"))
    hidden = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        return SimpleNamespace(**{name: _own(name, folder) for name in names})
    finally:
        sys.path.remove(str(folder))
        for name in names:
            sys.modules.pop(name, None)
        sys.modules |= hidden


def _own(name: str, folder: Path) -> ModuleType:
    module = importlib.import_module(name)
    assert Path(module.__file__ or "").parent == folder, f"{name} is another module of the same name"
    return module
