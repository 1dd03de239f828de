"""How the portal is started and shipped: on one machine (local), or in containers (containers,
images, backups)."""
