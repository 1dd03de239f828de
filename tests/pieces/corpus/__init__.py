"""Hostile files, made when they are needed and never kept: families of at least ten, each file with its answer."""
