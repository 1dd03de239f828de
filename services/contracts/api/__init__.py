"""The APIs of the services, each operation declared once: its service answers it, the gateway calls
it.

One module for each service and audience. What comes in is a marshmallow schema, with its French
messages; what is answered is a frozen dataclass, which readers of another version understand too:
they pass over fields that they do not know, and a new field has a default. Names of classes,
docstrings and descriptions are in the published description (OpenAPI).
"""
