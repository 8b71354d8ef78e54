"""All mutants of the single endpoint, by name."""

from tests.mutants.single import announced_mutants, form_mutants
from tests.mutants.single.mutants import Mutant

SUBJECTS = (announced_mutants, form_mutants)
"""The modules of further mutants: a class is known once its module is imported."""

MUTANTS = sorted(Mutant.__subclasses__(), key=lambda mutant: mutant.__name__)
