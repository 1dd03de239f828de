"""Read-only reference data and look-ups: countries, nationalities, départements, communes, académies, CSP.

Standard library only, so that every service, its domain included, and the gateway may import it. Each module
reads its file under `data/` at the first call and keeps it; nothing here writes or does any network.
"""
