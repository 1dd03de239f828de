"""The composed portal's backups: PostgreSQL by pgBackRest, objects by rclone, both into a
repository beside the portal.

Runs in an image of its own, on Python's standard library.
"""
