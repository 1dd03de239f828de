"""The gateway: the candidates' web pages, and the entry point of tools to the services' APIs. It
owns no table.

It validates nothing: the rules of a form are in its service. It renders field definitions, posts
what was typed and shows the returned problems at their fields.
"""
