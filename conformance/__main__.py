"""The entry point of `audience-conformance` and `python -m conformance`, which needs the extra `suite`."""

import sys

import click

from audience_mock_launcher import PACKAGES, put_our_packages_first

_USAGE = 4

put_our_packages_first()  # for `python -m conformance`, which puts the current folder before everything else
try:
    from conformance.cli import main
except ModuleNotFoundError as missing:
    package = str(missing.name).partition(".")[0]
    if package in PACKAGES:
        raise
    hint = "install the suite by pip install 'audience-mock[suite]'"
    click.echo(f"audience-conformance: the package {package} is not installed; {hint}", err=True)
    sys.exit(_USAGE)

if __name__ == "__main__":
    main()
