"""Imports that wait for the first use: of packages that Connexion imports, and that this server does not use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

UNUSED = ("httpx", "jinja2", "requests")
"""Packages that Connexion imports as a whole: for tokens of OAuth, templates and remote references."""

_TEST_CLIENT = "starlette.testclient"


class DeferredModule(ModuleType):
    """A module that is imported when somebody uses an attribute of it.

    `importlib.util.LazyLoader` is of no use here: each further `import` of a module of its loads it (Python 3.11).
    """

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  (whatever the module has)
        """Import the module, and return an attribute of it."""
        if name.startswith("__"):
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def deferred_imports() -> Iterator[None]:
    """Defer the imports of packages that nobody uses, and of Starlette's test client.

    That saves a twentieth of the time of a start, and 7 MB.

    After the block, each of them can be imported as ever.
    """
    stand_ins: dict[str, ModuleType] = {name: DeferredModule(name) for name in UNUSED if name not in sys.modules}
    if _TEST_CLIENT not in sys.modules:
        stand_ins[_TEST_CLIENT] = ModuleType(_TEST_CLIENT)
        stand_ins[_TEST_CLIENT].TestClient = _made_test_client  # type: ignore[attr-defined]  # a module has any attribute
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


def _made_test_client(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (Starlette's)
    """Return Starlette's test client, as Connexion's applications make one for tests."""
    return import_module(_TEST_CLIENT).TestClient(*args, **kwargs)
