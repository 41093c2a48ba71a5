"""From the constituents of a reading to a plan; a reading whose constituents do not make one sense gives none."""

from lci.analyst.assembling.follow_ups import changed
from lci.analyst.assembling.plans import assembled
from lci.analyst.assembling.sense import NoPlan, beyond

__all__ = ["NoPlan", "assembled", "beyond", "changed"]
