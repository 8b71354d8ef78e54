"""Connexion, assembled to accept fast and to refuse through its own code.

Each class is a subclass of Connexion's own with a compiled path for what is plainly right. Anything else (a refusal,
an unusual parameter, another media type) goes to the inherited code, with the body replayed, so that Connexion itself
still words every no. What could be built once is built once, at the start.
"""
