"""`pirwa user reset`: lets somebody in again who has lost what they signed in with, and cannot be reached by mail."""

import argparse
import asyncio
import getpass
import os

from adapters.passwords.argon2id import Argon2Passwords
from adapters.postgres.credentials import PostgresCredentials
from adapters.postgres.engine import Database
from adapters.postgres.repositories.identity import PostgresIdentities
from adapters.postgres.second_factors import PostgresSecondFactors
from adapters.postgres.sign_ins import PostgresSignInRecord
from apps.cli.errors import CommandError
from apps.cli.place import database_running, open_database, settings
from apps.settings import PASSWORD
from core.commands.newcomers import chosen_password_faults
from core.commands.passwords import facts_about
from core.domain.errors import refuse_if
from core.ports.audit import AuditAction
from core.ports.clock import SystemClock


def run_reset(options: argparse.Namespace) -> None:
    """Puts another password in place, ends all sessions and, if wished, the one-time codes. Passkeys stay."""
    password = os.environ.get(PASSWORD) or getpass.getpass("New password: ")
    with database_running(settings()) as running:

        async def reset() -> None:
            async with open_database(running) as database:
                await _reset(database, options.login.strip().lower(), password, one_time_codes=options.one_time_codes)

        asyncio.run(reset())
    print(f"{options.login} signs in with the new password from now on.")


async def _reset(database: Database, login: str, password: str, *, one_time_codes: bool) -> None:
    identities, passwords = PostgresIdentities(database), Argon2Passwords()
    account = await identities.account(login)
    identity = await identities.identity(account.user_id) if account else None
    if account is None or identity is None:
        raise CommandError(f"there is no user {login}")
    refuse_if(await chosen_password_faults(passwords, "/password", password, *facts_about(identity)))
    new_hash, now = await passwords.hash(password), SystemClock().now()
    if not await PostgresCredentials(database).change(account.user_id, account.password_hash, new_hash, None, now):
        raise CommandError("the password was changed a moment ago")
    record = PostgresSignInRecord(database)
    record.personal(account.user_id, AuditAction.PASSWORD_RESET, None)
    if one_time_codes and await PostgresSecondFactors(database).end(account.user_id):
        record.personal(account.user_id, AuditAction.TOTP_DISABLED, None)
    await record.finish()
