"""The queue of notices: take all there are, and delete them once they were mailed.

A message that was taken stays hidden until after this run can have ended, so that it comes but once;
if the run fails it is released at once, for the retry.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from log import log

Message = Mapping[str, Any]

BATCH = 10  # the most that SQS gives or takes in one call
MOST = 20_000  # of one run: what it holds in memory, far from SQS's 120,000 messages in flight

# Of every call to AWS, so that even one that hangs ends while there is time to act on it.
READ_SECONDS = 6  # has to be above _WAIT_SECONDS

_CALL_MS = 20_000  # two such attempts, and the pause between them
_MAIL_MS = 2 * _CALL_MS  # kept when collecting: for one more call to the queue, and for the mail
_DELETE_MS = 100  # kept besides for each batch to delete; one call takes some 20 ms
_HIDDEN_MARGIN_SECONDS = 30
_EMPTY_IN_A_ROW = 2  # one empty answer may be chance
_WAIT_SECONDS = 1  # any wait makes SQS ask all of its servers, not some of them
_LONGEST_HIDDEN_SECONDS = 43_200


class Inbox:
    """The messages of one run.

    Parameters
    ----------
    sqs
        A boto3 client.
    url
        The queue.
    remaining_ms
        How many milliseconds this run still has.
    """

    def __init__(self, sqs: Any, url: str, remaining_ms: Callable[[], int]) -> None:
        self._sqs = sqs
        self._url = url
        self._remaining_ms = remaining_ms
        self._taken: dict[str, Message] = {}
        self.more_wait = False

    @property
    def messages(self) -> list[Message]:
        """What was taken, each once, with its latest receipt."""
        return list(self._taken.values())

    def collect(self) -> None:
        """Take messages until there are no more, or until what is left of the time is needed."""
        empty = 0
        while empty < _EMPTY_IN_A_ROW and not self.more_wait:
            if not self._has_time() or len(self._taken) >= MOST:
                self.more_wait = True
                return
            received = self._receive()
            self._taken |= {one["MessageId"]: one for one in received}
            empty = 0 if received else empty + 1

    def unseen(self) -> int:
        """How many messages the queue holds, about, be they visible or hidden."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        answer = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=names)
        return sum(int(answer["Attributes"].get(name, 0)) for name in names)

    def delete(self) -> int:
        """Delete all that was taken; returns how many are still there and will come once more."""
        left = self._delete(self.messages)
        if left:
            left = self._delete(left)
        return len(left)

    def release(self) -> None:
        """Give all back at once, as far as that is possible; time gives back the rest."""
        for batch in _batches(self.messages):
            if self._remaining_ms() < _CALL_MS:
                return
            entries = [{**entry, "VisibilityTimeout": 0} for entry in _entries(batch)]
            try:
                self._sqs.change_message_visibility_batch(QueueUrl=self._url, Entries=entries)
            except Exception as error:  # whatever it is, the failure that led here is the one to raise
                log.warning("release_failed", error=repr(error), count=len(entries))

    def _has_time(self) -> bool:
        batches = len(self._taken) // BATCH + 1
        return self._remaining_ms() > _MAIL_MS + batches * _DELETE_MS

    def _receive(self) -> Sequence[Message]:
        hidden = self._remaining_ms() // 1000 + _HIDDEN_MARGIN_SECONDS
        answer = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=BATCH,
            WaitTimeSeconds=_WAIT_SECONDS,
            VisibilityTimeout=min(hidden, _LONGEST_HIDDEN_SECONDS),
            AttributeNames=["SentTimestamp"],
        )
        received: Sequence[Message] = answer.get("Messages", ())
        return received

    def _delete(self, messages: Sequence[Message]) -> list[Message]:
        return [one for batch in _batches(messages) for one in self._delete_batch(batch)]

    def _delete_batch(self, batch: Sequence[Message]) -> Sequence[Message]:
        """Those of a batch that were not deleted."""
        if self._remaining_ms() < _CALL_MS:
            return batch
        try:
            answer = self._sqs.delete_message_batch(QueueUrl=self._url, Entries=_entries(batch))
        except Exception as error:  # the mail is out: go on with the others, and count these
            log.warning("delete_failed", error=repr(error), count=len(batch))
            return batch
        failed = answer.get("Failed", ())
        for one in failed:
            log.warning("delete_failed", error=one.get("Code"), count=1)
        return [batch[int(one["Id"])] for one in failed]


def _entries(batch: Sequence[Message]) -> list[dict[str, Any]]:
    return [{"Id": str(index), "ReceiptHandle": one["ReceiptHandle"]} for index, one in enumerate(batch)]


def _batches(messages: Iterable[Message]) -> Iterator[list[Message]]:
    rest = iter(messages)
    while batch := list(islice(rest, BATCH)):
        yield batch
