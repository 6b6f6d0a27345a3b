"""A publications page, saved as text or as HTML."""
