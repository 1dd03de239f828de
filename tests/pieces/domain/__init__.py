"""Its rules, without I/O."""
