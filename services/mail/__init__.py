"""Composing, sending and recording mails, for the services that send some: accounts and
registrations."""
