"""All mutants and all legal variants of the whole server, by name."""

from tests.mutants import (
    server_faults_effects,
    server_faults_envelope,
    server_faults_guard,
    server_faults_hidden,
    server_faults_jobs,
    server_faults_keys,
    server_faults_more,
    server_faults_pages,
    server_faults_races,
    server_faults_refused,
    server_faults_rows,
    server_faults_scope,
    server_faults_shown,
    server_faults_starts,
    server_variants,
    server_variants_identifiers,
    server_variants_lists,
    server_variants_order,
    server_variants_wire,
)
from tests.mutants.mutated import Mutant, leaves
from tests.mutants.server_variants import Variant

SUBJECTS = (
    server_faults_effects,
    server_faults_envelope,
    server_faults_guard,
    server_faults_hidden,
    server_faults_jobs,
    server_faults_keys,
    server_faults_more,
    server_faults_pages,
    server_faults_races,
    server_faults_refused,
    server_faults_rows,
    server_faults_scope,
    server_faults_shown,
    server_faults_starts,
    server_variants,
    server_variants_identifiers,
    server_variants_lists,
    server_variants_order,
    server_variants_wire,
)
"""The modules that they are in: a class is known once its module was imported."""
MUTANTS: list[type[Mutant]] = leaves(Mutant)
VARIANTS: list[type[Variant]] = leaves(Variant)
