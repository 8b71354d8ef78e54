"""The `curl` commands of this project, sent without curl."""

import argparse
import shlex

import httpx


def curled(command: str) -> httpx.Response:
    """Send the request of a command line; SystemExit where it has an option that ours never use."""
    options = argparse.ArgumentParser(prog="curl", exit_on_error=True)
    options.add_argument("-s", "-i", action="store_true")
    options.add_argument("-o", dest="file")
    options.add_argument("-X", dest="method", default="GET")
    options.add_argument("-H", dest="headers", action="append", default=[])
    options.add_argument("-d", dest="content")
    options.add_argument("url")
    read = options.parse_args(shlex.split(command)[1:])
    headers = dict(header.split(": ", 1) for header in read.headers)
    return httpx.request(read.method, read.url, headers=headers, content=read.content)
