"""What a web process is made of: the application, access rights, access tokens, problem details, request logs."""
