"""Looks into PDFs that exam offices send, in a process that can do nothing but answer: they reach every candidate."""
