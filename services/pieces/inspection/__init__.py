"""Inspects files: their format by their contents, whether they are whole, readable and harmless; converts them.

No name and no header is trusted. Each file is read by a process of its own, that can do nothing but read it and answer:
`processes` starts it, `confinement` limits it, `program` runs in it, `protocol` is what they exchange, `tasks` what it
does, with the checks of each format.
"""
