"""Formats in XML, one module each."""
