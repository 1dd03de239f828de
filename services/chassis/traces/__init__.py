"""Traces: one tree of spans from a click to the last event that follows from it, sent to an OTLP
receiver."""
