"""An environment in which a process of documents starts."""

from deploy.containers.secret_makers import ed25519_pem

ENVIRONMENT = {
    "ENV": "test",
    "DATABASE_URL": "sqlite:///x.db",
    "BROKER_URL": "sqlite:///b.db",
    "ACCOUNTS_URL": "http://127.0.0.1:1",
    "REGISTRATIONS_URL": "http://127.0.0.1:1",
    "CLIENT_ID": "documents",
    "CLIENT_SECRET": "x" * 16,
    "OBJECTS_URL": "s3+http://k:s@127.0.0.1:1/b",
    "PAPER_KEY": ed25519_pem(),
}
