"""One typed client per service; views never see JSON."""
