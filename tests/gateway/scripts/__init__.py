"""What the scripts of pages do, in Chromium. What pages do without them: the rest of tests/gateway,
through HTTP."""
