"""A service's database, SQLite or PostgreSQL: transactions, migrations, deletion in pages."""
