"""The frame of every page: the State's header and footer, the menu, and what they show about the visitor."""
