"""Reads of the database, by what is read; they change nothing and call no operation. What the API
and the commands call opens its own session; what operations call too takes the caller's."""
