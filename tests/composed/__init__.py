"""The portal in containers: the guide's journey, replicas, and what each container may do. Run by
make compose-test."""
