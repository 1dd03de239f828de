"""Clients of the services that accounts asks something."""
