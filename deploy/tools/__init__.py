"""What the Makefile stands on: dependencies, services for tests."""
