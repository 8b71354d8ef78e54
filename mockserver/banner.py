"""The banner of a ready server: keys, identifiers, and commands to paste."""

from mockserver.service.highlights import Highlights, commands, facts


def banner(url: str, version: str, shown: Highlights, admin_token: str | None) -> str:
    """Return the text to print; `url` has no trailing slash."""
    named = [*facts(shown), *([] if admin_token is None else [("Admin token, for /_mock", admin_token)])]
    lines = [f"audience-mock {version} is ready at {url}", ""]
    lines += [f"  {name:<27}{value}" for name, value in named]
    lines.append("")
    for purpose, command in commands(url, shown):
        lines += [f"  {purpose}", f"    {command}", ""]
    token = "" if admin_token is None else f"-H 'Authorization: Bearer {admin_token}' "
    lines += [
        f"The console, which shows everything:    {url}/_mock/",
        f"Both contracts, to read and to try out:  {url}/_mock/docs",
        f"Back to the beginning:                   curl -s {token}-X POST {url}/_mock/sandboxes/default/reset",
        "Stop with Ctrl-C.",
    ]
    return "\n".join(lines)
