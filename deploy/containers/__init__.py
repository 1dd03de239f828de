"""What the composed portal needs beside its images: secrets, the databases' roles, the broker's
users and queues."""
