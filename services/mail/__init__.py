"""Sending mails, for the services that write some: accounts and registrations."""
