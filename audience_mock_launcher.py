"""The launcher of both commands: it lets the packages of this distribution precede others of the same names.

Where PYTHONPATH or the current folder has a package called `openapi`, `mockserver` or `conformance` too, Python would
import that one. The module has a name that nobody else takes, so that it is found in any case.
"""

import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

PACKAGES = ("openapi", "mockserver", "conformance")


def path_without_shadows(path: Sequence[str], home: Path) -> list[str]:
    """Return a module search path in which folders with packages of our names stand last; `home` has our own."""
    return sorted(path, key=lambda folder: _shadows(Path(folder), home))


def _shadows(folder: Path, home: Path) -> bool:
    modules = (folder / name / "__init__.py" for name in PACKAGES)
    files = (folder / f"{name}.py" for name in PACKAGES)
    return any(place.is_file() for place in (*modules, *files)) and folder.resolve() != home


def put_our_packages_first() -> None:
    """Reorder the module search path of this process; processes that it starts inherit the order."""
    sys.path[:] = path_without_shadows(sys.path, Path(__file__).resolve().parent)


def server() -> None:
    """Run `audience-mock`."""
    put_our_packages_first()
    pkgutil.resolve_name("mockserver.__main__:main")()


def suite() -> None:
    """Run `audience-conformance`."""
    put_our_packages_first()
    pkgutil.resolve_name("conformance.__main__:main")()
