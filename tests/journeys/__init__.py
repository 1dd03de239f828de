"""A candidate's whole way through the portal in a real browser, on one machine's files and on real
servers."""
