"""Reads a plan and says what it does to the monitoring, most serious first.

::

    plans ──► changes ──► judges ──► verdicts ──► review ──► markdown, json_report
    read,     before and   one file   what a       with acceptances, policy findings
    refuse    after        per kind   change does  and sections of others (costs)

A judge looks at one change and yields verdicts; it never raises, whatever the plan holds. What nobody
judges is "changed", plainly. What a plan does not know yet is said to be unknown, and never guessed.
"""

from modules.terraform.plan_files import PlanError
from ops.review.acceptances import Acceptance, unspent
from ops.review.plans import Plan, read
from ops.review.review import Review, review
from ops.review.sections import Section
from ops.review.verdicts import Effect, Verdict

__all__ = [
    "Acceptance",
    "Effect",
    "Plan",
    "PlanError",
    "Review",
    "Section",
    "Verdict",
    "read",
    "review",
    "unspent",
]
