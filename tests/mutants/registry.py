"""All mutants and all legal variants of the whole server, by name."""

import importlib
import pkgutil
from types import ModuleType

from tests.mutants.server import mutants, variants
from tests.mutants.server.mutated import Mutant, leaves
from tests.mutants.server.variants.variant import Variant


def _modules(package: ModuleType) -> list[ModuleType]:
    return [
        importlib.import_module(f"{package.__name__}.{found.name}") for found in pkgutil.iter_modules(package.__path__)
    ]


SUBJECTS = (*_modules(mutants), *_modules(variants))
"""The modules that hold them: a class is known once its module was imported."""
MUTANTS: list[type[Mutant]] = leaves(Mutant)
VARIANTS: list[type[Variant]] = leaves(Variant)
