"""The entry point of `python -m conformance`, the same as `audience-conformance`."""

from conformance.cli import main

if __name__ == "__main__":
    main()
