"""The arithmetic of docs/capacity.md; what it starts from is measured by `make bench`."""
