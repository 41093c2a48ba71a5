"""The built-in analyst: a rule-based `Model` that writes pandas code and reads its printed findings; not an AI model.

Nothing it says about data comes from anywhere but the output of the code it wrote.
"""

from lci.analyst.analyst import Analyst
from lci.analyst.questions import example_questions
from lci.analyst.telling.phrases import LANGUAGES

__all__ = ["LANGUAGES", "Analyst", "example_questions"]
