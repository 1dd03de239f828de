"""documents owns what a candidate can open and print: confirmations, demandes, forms, others.

Publishes nothing. Listens to registration_saved, registration_withdrawn, documents_declared and pieces_reminded.
"""
