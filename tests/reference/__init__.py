"""Tests of the reference data and look-ups; none touches a network or a database."""
