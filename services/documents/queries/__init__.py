"""What documents reads from its database. What is hidden or someone else's is not found, like what
does not exist."""
