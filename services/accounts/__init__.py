"""Accounts of candidates and staff: civil status, log-in, sessions, access tokens, mailed links.
Registrations is asked before a civil status changes or an account is deleted."""
