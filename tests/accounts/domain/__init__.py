"""The rules of accounts, without any I/O."""
