"""What is wrong with an installation, its models, an index or the machine, and what mends it."""

from semsearch.doctor.examination import examine
from semsearch.doctor.finding import Finding, State

__all__ = ["Finding", "State", "examine"]
