"""The entry point of `audience-mock` and `python -m mockserver`, with settings that must precede all other imports."""

import gc
import sys

from audience_mock_launcher import put_our_packages_first

put_our_packages_first()  # for `python -m mockserver`, which puts the current folder before everything else
gc.disable()  # imports create no garbage; the server enables the collector when it is ready
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # httpx's command line, which would import rich

from mockserver.deferred_imports import deferred_imports  # noqa: E402  (the statements above must run first)

with deferred_imports():
    from mockserver.cli import main

if __name__ == "__main__":
    main()
