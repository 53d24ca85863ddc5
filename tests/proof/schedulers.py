"""Processes that schedule the same jobs, each by a clock that is a little off."""

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from adapters.postgres.engine import Database
from adapters.postgres.schedule import PostgresScheduleRuns
from apps.worker import schedule
from core.ports.clock import SystemClock
from tests.proof.crowd import Tell

LOOKS = 0.05  # seconds between two looks
DRIFT = timedelta(milliseconds=200)


class WrongClock(SystemClock):
    """Goes wrong by a constant time."""

    def __init__(self, wrong: timedelta) -> None:
        self._wrong = wrong

    def now(self) -> datetime:
        return super().now() + self._wrong


async def keep_schedule(number: int, arguments: Mapping[str, Any], tell: Tell) -> None:
    """Tells its process and each run that it begins; a job that is `stuck` never ends. Schedules until it is killed."""
    dispatch = Database(arguments["url"], role="pirwa_dispatch", size=arguments["schedules"])
    await dispatch.open()

    async def run(slot: datetime) -> None:
        tell(["ran", number, slot.isoformat()])
        if arguments.get("stuck") == number:
            await asyncio.Event().wait()

    schedule.CHECK_SECONDS = LOOKS
    job = schedule.Job(
        arguments["job"], run, timedelta(seconds=arguments["every"]), patience=timedelta(seconds=arguments["patience"])
    )
    tell(["process", number, os.getpid()])
    runs, clock = PostgresScheduleRuns(dispatch), WrongClock(DRIFT * (number - 1))
    schedules = [schedule.Schedule([job], runs, clock) for _ in range(arguments["schedules"])]
    await asyncio.gather(*(each.run(asyncio.Event()) for each in schedules))
