"""Accounts of candidates and staff: civil status, log-in, sessions, access tokens, mailed links.

It calls registrations before a civil status changes or an account is deleted.
"""
