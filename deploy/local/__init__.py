"""The whole portal on one machine with nothing but Python: `python -m deploy.local`, or `make
run`."""
