"""documents owns what a candidate can open and print: confirmations, demandes, forms, others.

Publishes nothing. Listens to registration_saved and registration_withdrawn.
"""
