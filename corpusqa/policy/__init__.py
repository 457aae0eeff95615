"""The policy: what to do with documents, judged from a scan without reading text."""

from corpusqa.policy.judge import judge
from corpusqa.policy.ledger import Ledger
from corpusqa.policy.model import Policy, make_policy
from corpusqa.policy.policies import POLICIES
from corpusqa.policy.verdicts import Verdicts

__all__ = ["POLICIES", "Ledger", "Policy", "Verdicts", "judge", "make_policy"]
