"""A stateful mock server of the audiences API, by the contract in `openapi`."""

import warnings

__version__ = "0.1.0"

# Connexion imports Starlette's test client, whose warning about httpx no user of this server can act on.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient` is deprecated")
