"""Parts of every web process: the application, access rights, access tokens, problem details,
request logs."""
