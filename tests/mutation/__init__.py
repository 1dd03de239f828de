"""Whether the tests notice when a rule changes: a random sample of small changes (mutants) of the code that holds the
rules, each tried with the tests that reach its lines. `make mutants` prints the table; it takes an hour and more.
"""

HOLDS_RULES = ("services/*/domain", "services/*/operations", "gateway/web")
