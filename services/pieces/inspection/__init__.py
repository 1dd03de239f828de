"""A file's kind by its contents and whether it is whole, readable and harmless; no name and no header is believed.

Libraries that parse are fed only what the checks of this package found bounded.
"""

from services.pieces.inspection.inspecting import inspect

__all__ = ["inspect"]
