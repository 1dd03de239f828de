"""Accessibility of the portal: the criteria of RGAA 4.1, the finding on each, the resulting state of conformity."""
