"""Tests of the portal; the folders mirror the code they test."""
