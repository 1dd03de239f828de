"""What people and clocks do with accounts: one function per thing done, the only writers of the database."""
