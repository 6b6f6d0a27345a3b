"""The same paper from two sources, as preprint and in print, or with a slip: found, and made one record."""
