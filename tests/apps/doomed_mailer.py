"""A worker that dies by SIGKILL when a mail has been taken by the server, before it can note it. A process of its own."""

import asyncio
import os
import signal
import sys
from datetime import timedelta
from uuid import UUID

from adapters.postgres.engine import Database
from adapters.postgres.mail import PostgresMailQueue
from adapters.secrets.key_ring import KeyRing
from adapters.smtp.server import read_server
from adapters.smtp.transport import SmtpTransport
from apps.worker.mailing import Mailer
from core.ports.mail import Mail


class LastDeed(SmtpTransport):
    """Sends one mail."""

    async def send(self, mail_id: UUID, mail: Mail) -> None:
        await super().send(mail_id, mail)
        os.kill(os.getpid(), signal.SIGKILL)


async def main(database_url: str, smtp_url: str, sender: str, key: str) -> None:
    dispatch = Database(database_url, role="pirwa_dispatch")
    await dispatch.open()
    queue = PostgresMailQueue(dispatch, KeyRing({"1": bytes.fromhex(key)}))
    await Mailer(queue, LastDeed(read_server(smtp_url), sender), lease=timedelta(0)).deliver()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
