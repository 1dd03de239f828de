"""Tests of the portal; the folders mirror the code they test."""

from pathlib import Path

import pytest

# What fails in a helper says what it compared, as in a test.
pytest.register_assert_rewrite(*(f"tests.{path.name}" for path in Path(__file__).parent.iterdir() if path.is_dir()))
