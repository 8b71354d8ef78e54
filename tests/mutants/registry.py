"""All mutants and all legal variants of the whole server, by name."""

import importlib
import pkgutil
from types import ModuleType

from tests.mutants.server import mutants, variants
from tests.mutants.server.mutants import (
    boundaries,
    bypasses,
    cursors,
    identifiers,
    late,
    long_lists,
    moves,
    rare_requests,
    renames,
    replays,
    retries,
    starts,
)
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
_UNCONVERSATIONAL = {
    module.__name__
    for module in (
        boundaries,
        bypasses,
        cursors,
        identifiers,
        late,
        long_lists,
        moves,
        rare_requests,
        renames,
        replays,
        retries,
        starts,
    )
}
CONVERSATIONAL = [
    mutant
    for mutant in MUTANTS
    if not mutant.shows_rarely and not mutant.shows_late and mutant.__module__ not in _UNCONVERSATIONAL
]
"""The mutants that a short conversation tells from the server: the others need long lists, or requests of their own."""
