"""What someone does with pieces, one function each; the only writers."""
