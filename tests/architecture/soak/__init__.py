"""Too long for make check."""
