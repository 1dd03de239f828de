"""What a registration costs, in processor time, side by side with the least that it could cost:
`make bench`."""
