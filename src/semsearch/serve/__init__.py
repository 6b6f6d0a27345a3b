"""Hits to people and programs: HTTP, the page, citations."""
