"""Pictures of every page in its states, at two widths, each looked at by axe."""
