"""registrations owns the exam catalogue, the openings, drafts and candidatures, and the messages of
the home page."""
