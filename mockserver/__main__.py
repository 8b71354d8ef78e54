"""`audience-mock`, also as `python -m mockserver`: what has to happen before anything else is loaded."""

import gc
import sys

gc.disable()  # while modules are loaded there is nothing to collect; the server switches it on when it is up
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]  # httpx's own command line, which would load rich

from mockserver.cli import main  # noqa: E402  (the two lines above come first)

if __name__ == "__main__":
    main()
