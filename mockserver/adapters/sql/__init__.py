"""State in a database: one schema and one transaction for SQLite and PostgreSQL."""
