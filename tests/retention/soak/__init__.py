"""What is kept no longer, of many."""
