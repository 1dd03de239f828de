"""What decides in the containers that keep backups, and what one machine's backups are believed
in."""
