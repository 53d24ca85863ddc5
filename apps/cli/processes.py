"""A server of several processes that says when it is about to end."""

import os
import signal
import threading
from typing import Any

from granian import Granian

from apps.cli.serving import NOTICE_SECONDS
from apps.http.main import NOTICE


class NoticeGivingServer(Granian):  # type: ignore[misc,valid-type]
    """After SIGTERM its processes say that they are not ready, but serve for `NOTICE_SECONDS` more: whoever sends requests here
    learns to send them elsewhere. SIGINT, or a second signal, ends it at once."""

    def signal_handler_interrupt(self, *arguments: Any, **named: Any) -> None:
        if arguments[:1] != (signal.SIGTERM,) or self._has_given_notice:
            super().signal_handler_interrupt(*arguments, **named)
            return
        self._has_given_notice = True
        for worker in self.wrks:
            os.kill(worker.inner.pid, NOTICE)
        timer = threading.Timer(NOTICE_SECONDS, super().signal_handler_interrupt)
        timer.daemon = True
        timer.start()

    _has_given_notice = False
