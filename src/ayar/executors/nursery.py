"""A pebble pool of one process, which gives a slot one child after the other.

pebble starts the first child, notices when one is gone, and starts the next. The one task a child ever gets from it is
`serve`; its future is the child's life.
"""

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from ayar.executors.child import serve
from ayar.executors.children import Child, ChildContext, Shipment


class Nursery:
    """Children for one slot, one at a time."""

    def __init__(self, shipment: Shipment, wake: Callable[[], None]) -> None:
        """`wake` is called, from another thread too, when a child has started or is gone."""
        self._context = ChildContext(shipment, self._welcome)
        self._wake = wake
        self._pool: Any = None
        self._life: Future[None] | None = None
        self._born: deque[Child] = deque()

    def expect(self) -> None:
        """See to it that a child is alive or on its way."""
        if self._life is not None:
            return
        from pebble import ProcessPool

        if self._pool is None or not self._pool.active:
            self.close()
            self._pool = ProcessPool(max_workers=1, context=self._context)
        self._life = self._pool.schedule(serve)
        self._life.add_done_callback(lambda _: self._wake())

    def newborn(self) -> Child | None:
        """The child that has started since the last call."""
        return self._born.popleft() if self._born else None

    @property
    def failed(self) -> bool:
        """Whether the child that was expected is over; if it was never born, none can be started."""
        return self._life is not None and self._life.done()

    def forget(self) -> None:
        """After a child is gone: expect none until asked again."""
        if self._life is not None:
            self._life.cancel()  # pebble takes exit code 0 for no end at all, and would keep its task for ever
        self._life = None

    def stop(self) -> None:
        """Start no more children."""
        if self._pool is not None:
            self._pool.stop()

    def close(self) -> None:
        """Let go of the pool, its threads, and children nobody asked for."""
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()
            self._pool = None
        while self._born:
            self._born.popleft().release()
        self._life = None

    def _welcome(self, child: Child) -> None:
        # Called in a thread of pebble; a deque's append is atomic.
        self._born.append(child)
        self._wake()
