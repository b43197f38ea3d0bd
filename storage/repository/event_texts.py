"""What search reads of each event: its headlines and quotes as one folded text; used inside the transaction of a block.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from sqlalchemy.orm import Session

from storage.folding import fold_text
from storage.models import EventTextModel
from storage.repository.event_proofs import Proof, keep_texts

# Of a headline or a quote; what is longer is no headline.
LONGEST_PIECE = 300
# Of one event, folded: some hundred headlines.
LONGEST_TEXT = 30_000


def save_event_texts(session: Session, block: str, proofs: Mapping[str, Sequence[Proof]]) -> None:
    """Brings the texts of all events of a block up to date with what proves them."""
    texts = {event_id: _join(told) for event_id, told in proofs.items()}
    keep_texts(session, block, EventTextModel.text, texts)


def join_pieces(pieces: Iterable[str]) -> str:
    """Headlines and quotes as one folded text: a line each, none twice."""
    lines = dict.fromkeys(fold_text(piece[:LONGEST_PIECE]) for piece in pieces)
    return "\n".join(line for line in lines if line)[:LONGEST_TEXT]


def _join(told: Sequence[Proof]) -> str:
    """In the order of the facts, so that what comes later changes nothing before it."""
    return join_pieces(piece for *_, title, quote, _, _ in sorted(told, key=itemgetter(-1)) for piece in (title, quote))
