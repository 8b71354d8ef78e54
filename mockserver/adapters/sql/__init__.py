"""The store in a database: one schema and one transaction class for SQLite and PostgreSQL."""
