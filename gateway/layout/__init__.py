"""The frame of every page: the State's header and footer, the menu, and data of the visitor in
them."""
