"""A file's kind by its contents and whether it is whole, readable and harmless; no name and no header is believed.

What a stranger sends is read by a process of its own, one a file, that can do nothing but read it and answer:
`processes` starts it, `confinement` says what it may use, `program` is what runs in it, `inspecting` the checks.
"""
