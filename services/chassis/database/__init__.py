"""A service's database, SQLite or PostgreSQL: transactions, waiting for commits, migrations, deletion in pages."""
