"""Traces, as a real OTLP/HTTP receiver gets them."""
