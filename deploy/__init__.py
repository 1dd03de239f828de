"""How the portal is started and shipped: on one machine, in containers, on Kubernetes."""
