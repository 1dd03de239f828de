"""What a process of a service is started as: the command line that names its role, a worker."""
