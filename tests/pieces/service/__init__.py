"""The service over real databases, S3 and clamd."""
