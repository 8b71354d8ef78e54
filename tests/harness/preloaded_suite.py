"""Everything that a run of the suite imports and reads; a module for processes that runs are forked from."""

import gc

import tests.harness.suite_command  # noqa: F401  (for the processes forked from this one)
from conformance.catalogue.requirements import load_catalogue
from conformance.runner.session import default_certificates
from openapi import contract

load_catalogue()
contract()
default_certificates()
gc.collect()
gc.freeze()
