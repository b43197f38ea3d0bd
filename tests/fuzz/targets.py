"""All that is fuzzed, and what may be raised there; how it is tried is told by the two halves."""

from seeds.errors import TwinwatchError
from tests.fuzz.crawler_targets import CRAWLER, Try
from tests.fuzz.monitor_targets import MONITOR

# Refusals that are told in one line.
NAMED = (TwinwatchError,)
TARGETS: dict[str, Try] = {**CRAWLER, **MONITOR}
