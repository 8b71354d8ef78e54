"""Subclasses of Connexion's classes with a fast path for valid requests.

Each class accepts a plainly valid request by code that is compiled at the start. Any other request (invalid, with an
unusual parameter, of another media type) goes to the inherited code with its body replayed, so that every refusal is
Connexion's own.
"""
