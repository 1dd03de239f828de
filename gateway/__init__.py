"""The gateway: the candidates' web front and the way in of tools to the services' APIs. It owns no business table.

It validates nothing: each form's rules live once, in its service. It renders field definitions, posts what was typed
and ties the problems that come back to the fields.
"""
