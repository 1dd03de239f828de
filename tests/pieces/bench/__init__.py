"""What hostile files cost others, in seconds of this machine."""
