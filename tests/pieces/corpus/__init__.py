"""Hostile files, each with its answer: of each kind the worst and the limit. They are made when they are needed."""
