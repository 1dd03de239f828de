"""What people and jobs do with accounts, one function per operation: the only writers of the
database."""
