"""The command-line tool `portail`, run as its users run it, against the portal behind real
ports."""
