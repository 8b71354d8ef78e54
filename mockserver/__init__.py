"""The stateful mock of the audiences API: what it refuses, remembers and answers follows the contract in `openapi`."""

import warnings

__version__ = "0.1.0"

# Connexion imports Starlette's test client, which advises on what to install; no user of ours can act on that.
warnings.filterwarnings("ignore", message="Using `httpx` with `starlette.testclient` is deprecated")
