"""`audience-mock`, also as `python -m mockserver`."""

import gc

gc.disable()  # while modules are loaded there is nothing to collect; the server switches it on when it is up

from mockserver.cli import main  # noqa: E402  (the collector has to be off by now)

if __name__ == "__main__":
    main()
