"""The macros, seen as pages: strict HTML, a name for everything, accessible in a browser with and
without script."""
