"""The portal's services: one package per service, plus what they share (chassis, contracts,
reference)."""
