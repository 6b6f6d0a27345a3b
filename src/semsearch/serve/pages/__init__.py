"""The pages that people read: search, a paper, related papers. Rendered here; the script only enhances."""

from semsearch.serve.pages.refusing import refusal
from semsearch.serve.pages.routes import router

__all__ = ["refusal", "router"]
