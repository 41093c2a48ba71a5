"""The everyday words of questions: what is left beside them and the column names was not understood."""

from __future__ import annotations

_QUESTION = """
a an the of on in to by per for and or with from at is are was were be do does did has have how what which who why
when where show me plot draw chart graph bar line scatter box histogram distribution distributions give tell get
find make create compute calculate please can could you i we my this that these those it its their there over under
across between each every all any some most least more less than as then now also about same vs versus against
average avg mean median sum total totals count counts number numbers many much maximum minimum max min highest
lowest largest smallest biggest best worst top bottom first last trend trends time monthly weekly daily yearly
annual annually quarterly month months week weeks day days year years quarter quarters linear regression regress fit
model predict affect effect influence impact depend depends relationship relation related correlation correlations
correlate correlated correlates missing values value null nulls empty column columns variable variables field fields
row rows record records data dataset file table sheet overview summary summarise summarize describe explore
different unique distinct group grouped compare comparison change changes changed growth grow evolve evolution
develop development long short percent percentage share std deviation spread range strong strongest weak good bad
high low
"""
_PLAIN = """
sure just really again like want need would let let's lets us one two into here look looks looking using use based
display print see view draw picture image figure visualise visualize graphically analysis analyse analyze
information info details detail happening know think say words brief quick quickly simple both its our your only not
no yes hello hi hey what's whats don't vs. etc pls thanks and/or interesting look-up looked
"""

_EVERYDAY = """
a an the of in on at to for from with within into by as and or each every all any both it its it's this that these
those there their them they is are was were be been being isn't aren't do does did has have had having can could would
will should i i'd i'll i'm we you me my our us your let lets let's please pls kindly just really simply quickly quick
briefly brief also again now then so ok okay hi hello hey thanks thank want need like wanna would show plot plots draw
drawn chart charts graph graphs give tell get gets find make makes create compute calculate work out display print see
view look looks looking use used visualise visualize visualised visualized visually graphically picture image figure
figures diagram result results answer know think say read what what's which how much go goes going do data dataset
datasets file files table tables sheet column columns variable variables field fields feature features row rows record
records observation observations value values entry entries numeric numerical number numbers column's respectively
analyse analyze analysing analyzing analysis examine investigate check determine provide generate produce present list
load loaded open import uploaded attached using help understand something anything everything thing things here sure
csv xlsx excel tsv json parquet
"""

#: Words that ask for nothing by themselves, whatever the answer does.
EVERYDAY_WORDS = frozenset(_EVERYDAY.split())

#: Words with a meaning in questions: they name a column only when they are its whole name.
QUESTION_WORDS = frozenset(_QUESTION.split())

#: Words without any.
PLAIN_WORDS = frozenset(_PLAIN.split())
