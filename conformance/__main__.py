"""`python -m conformance` is `audience-conformance`."""

from conformance.cli import main

if __name__ == "__main__":
    main()
