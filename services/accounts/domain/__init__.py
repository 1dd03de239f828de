"""Rules of accounts: what may be typed, what a password must be, when tries are slowed, how long
links live."""
