"""Inspects files: their format by their contents, whether they are whole, readable and harmless;
converts them.

No name and no header is trusted. Each file is read by a process of its own (`services/confined`):
`inspections` asks for that, `tasks` is what it does, with the checks of each format.
"""
