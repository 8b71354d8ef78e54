"""HTTP/1.1 beyond ASGI: the envelope for unparsable requests, deadlines, resets."""
