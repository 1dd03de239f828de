"""registrations owns the exam catalogue, the openings, drafts and candidatures, and the messages of the home page.

Publishes registration_saved, registration_withdrawn, window_changed, documents_declared. Consumes email_changed,
identity_corrected, pieces_reminded, pieces_refused.
"""
