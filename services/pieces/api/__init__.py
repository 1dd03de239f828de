"""The HTTP API of pieces: candidates deposit, staff and their tools control.

Names of schemas (without « Schema ») and docstrings of views are in the published OpenAPI
description.
"""
