"""HTTP/1.1 beyond ASGI: the envelope for malformed requests, deadlines, and resets."""
