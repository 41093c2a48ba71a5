"""From a plan, and what its code printed, to sentences in the language of the question."""

from lci.analyst.telling.answers import said
from lci.analyst.telling.plan_words import phrased, worded
from lci.analyst.telling.setbacks import explained

__all__ = ["explained", "phrased", "said", "worded"]
