"""Tests of accounts: rules without I/O, then the service over real databases and a real mail
server."""
