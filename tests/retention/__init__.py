"""What is kept no longer is found nowhere."""
