"""The web front and the API gateway: renders pages and routes calls; owns no business rule and no business table."""
