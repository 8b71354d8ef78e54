"""The rules of the API: frozen records and pure functions over them, without HTTP, clock, randomness or storage."""
