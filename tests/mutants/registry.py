"""All mutants and all legal variants of the whole server, by name."""

import importlib
import pkgutil
import sys
from types import ModuleType

from tests.mutants.server import mutants, variants
from tests.mutants.server.mutated import Mutant, leaves
from tests.mutants.server.variants.variant import Variant


def _modules(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]


SUBJECTS = (*_modules(mutants), *_modules(variants))
"""The modules of the mutants and variants: a class is known once its module is imported."""
MUTANTS: list[type[Mutant]] = leaves(Mutant)
VARIANTS: list[type[Variant]] = leaves(Variant)


def _is_conversational(mutant: type[Mutant]) -> bool:
    """Return whether a short conversation shows a mutant; `CONVERSATIONAL = False` in its module says no."""
    module_is: bool = getattr(sys.modules[mutant.__module__], "CONVERSATIONAL", True)
    return module_is and mutant.is_conversational and not mutant.shows_rarely and not mutant.shows_late


CONVERSATIONAL = [mutant for mutant in MUTANTS if _is_conversational(mutant)]
"""The mutants that a short conversation tells from the server: the others need long lists, or requests of their own."""
