"""What decides in the containers that keep backups."""
