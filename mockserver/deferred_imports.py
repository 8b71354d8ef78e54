"""Imports that wait for the first use: of packages that Connexion imports, and that this server does not use."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

UNUSED = ("httpx", "jinja2", "requests")
"""Packages that Connexion imports as a whole: for tokens of OAuth, templates and remote references."""

CALLED = {
    "connexion.middleware.swagger_ui": "SwaggerUIMiddleware",
    "starlette.testclient": "TestClient",
    "werkzeug.serving": "run_simple",
    "werkzeug.test": "Client",
}
"""Modules of which one name is imported, that of a class or function: for documentation, tests, and servers of WSGI."""

OPTIONAL = ("flask",)
"""Packages that Connexion imports where they are installed, and does without elsewhere: for applications of WSGI."""


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
    """Defer the imports of packages that nobody uses, and do without optional ones.

    That saves a tenth of the time of a start, and 7 MB.

    After the block, each of them can be imported as ever.
    """
    stand_ins: dict[str, ModuleType | None] = {
        **{name: DeferredModule(name) for name in UNUSED},
        **{name: _with_one_name(name, called) for name, called in CALLED.items()},
        **dict.fromkeys(OPTIONAL),
    }
    stand_ins = {name: stand_in for name, stand_in in stand_ins.items() if name not in sys.modules}
    sys.modules.update(stand_ins)  # type: ignore[arg-type]  # None, which Python documents, is no module
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if name in sys.modules and sys.modules[name] is stand_in:
                del sys.modules[name]


def _with_one_name(module: str, called: str) -> ModuleType:
    """Return a module with one name: a function that imports the module, and calls what has this name there."""

    def call(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  (whatever the module has)
        return getattr(import_module(module), called)(*args, **kwargs)

    stand_in = ModuleType(module)
    setattr(stand_in, called, call)
    return stand_in
