"""Tests of how the code is built, where no library checks it."""
