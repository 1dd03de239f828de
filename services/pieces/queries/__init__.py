"""Reads for the API and the operations; what is hidden or someone else's is not found, like what does not exist."""
