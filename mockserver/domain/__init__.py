"""The rules: frozen records and pure functions over them, without HTTP, clock, chance or storage."""
