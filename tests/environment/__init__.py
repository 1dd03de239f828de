"""Tests of the test environment itself: each service is asked for real."""
