"""documents owns what a candidate can open and print: confirmations, demandes, forms, others."""
