"""The newsroom: a small replica of outlets on loopback, for the demo and the tests. It judges and crawls nothing.

All of its stories were written for this project; its places exist, its events and its outlets are invented.
"""

from seeds.newsroom.server import Newsroom, run_newsroom
from seeds.newsroom.values import Event, ExpectedEvent, Story

__all__ = ["Event", "ExpectedEvent", "Newsroom", "Story", "run_newsroom"]
