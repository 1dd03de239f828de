"""Work that a service does later: one table, one loop, one set of commands and figures."""
