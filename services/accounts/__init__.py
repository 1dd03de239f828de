"""Accounts of candidates and staff: civil status, log-in, sessions, access tokens, mailed links.

Publishes EmailChanged and IdentityCorrected (services/contracts/accounts.py); consumes no event. Calls registrations
before a civil status changes or an account is deleted.
"""
