"""Where workers hear rings: inside the process, or in a Redis stream. Either may lose them; the workers look for themselves."""

from taskiq import AsyncBroker, InMemoryBroker

from adapters.broker.stream import STREAM

CONNECT_SECONDS = 2.0
BLOCK_MILLISECONDS = 2_000
READ_SECONDS = 5.0  # more than the stream is waited for

_IN_PROCESS = InMemoryBroker(max_stored_results=1)


def make_broker(redis_url: str | None) -> AsyncBroker:
    """A broker. Without Redis it is the one of this process, and its rings reach only a worker here."""
    if redis_url is None:
        return _IN_PROCESS
    from adapters.broker.ring_broker import RingBroker  # 20 MB that a process without Redis does not need

    return RingBroker(
        redis_url,
        queue_name=STREAM,
        consumer_group_name=STREAM,
        consumer_name=STREAM,  # all workers are one: nobody is asked what became of a ring
        consumer_id="0",  # also what was rung before the first worker came
        xread_block=BLOCK_MILLISECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=READ_SECONDS,
    )
