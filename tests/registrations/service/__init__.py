"""The service of registrations as its callers see it: real tokens, real databases."""
