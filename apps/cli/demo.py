"""`pirwa demo`: the demonstration companies, then everything in one process."""

import argparse
import asyncio
import sys
from typing import Any

import msgspec
import psycopg

from adapters.passwords.argon2id import Argon2Passwords
from adapters.plugin_loader.installed import installed_plugins
from adapters.postgres.engine import Database, Scope
from adapters.postgres.verification import PostgresVerifier
from apps.cli.demo_company.building import Builder
from apps.cli.demo_company.companies import DemoCompany, demo_companies
from apps.cli.errors import CommandError
from apps.cli.people import ADD_PLATFORM_OWNER
from apps.cli.place import database_running, open_database, settings
from apps.cli.serving import require_free_port
from apps.cli.up import start
from apps.files import file_store
from apps.settings import Settings
from core.domain.ids import new_id

PASSWORD = "1234"  # noqa: S105 the one password that everybody may know: it works on this machine only
MOST_COMPANIES = 50


def register(commands: Any) -> None:
    command = commands.add_parser("demo", help="set up the demonstration companies, then run everything")
    command.add_argument("--companies", type=int, default=3, metavar="N", help="how many companies (default 3)")
    command.add_argument("--clear", action="store_true", help="begin anew: forget the demonstration's data first")
    command.add_argument("--no-serve", action="store_true", help="set up only")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    chosen = settings()
    if not 1 <= options.companies <= MOST_COMPANIES:
        raise CommandError(f"--companies must be 1 to {MOST_COMPANIES}")
    if not chosen.on_loopback:
        raise CommandError("the demonstration has a password that everybody knows: it listens on this machine only")
    if not options.no_serve:
        require_free_port(chosen)
    if options.clear:
        with database_running(chosen) as running:
            _clear(running)
    with database_running(_with_plugins(chosen)) as running:
        asyncio.run(_set_up(running, options.companies))
        if not options.no_serve:
            start(running, f'\nSign in as techcorp_admin, or as admin for the platform; the password is "{PASSWORD}".')


def _with_plugins(chosen: Settings) -> Settings:
    """Where none is named, the demonstration has all plugins that are installed. They do nothing until a company switches them on."""
    named = chosen.plugins or tuple(point.name for point in installed_plugins())
    return msgspec.structs.replace(chosen, plugins=named)


async def _set_up(running: Settings, count: int) -> None:
    async with open_database(running, statement_timeout="5min") as database:
        password_hash = await Argon2Passwords().hash(PASSWORD)
        builder = Builder(database, file_store(running), password_hash)
        present = {code for _, code in await PostgresVerifier(database).companies()}
        for number, company in enumerate(demo_companies(count), 1):
            if company.code in present:
                await _require_complete(database, company)
            else:
                _tell(f"Setting up {company.name} ({number} of {count}) …")
                await builder.build(number, company)
        await _add_platform_owner(database, password_hash)


async def _require_complete(database: Database, company: DemoCompany) -> None:
    """People come last, so a company without its people was interrupted."""
    login = company.users()[-1].login
    if not await database.fetch(Scope(), "SELECT 1 FROM app_user WHERE login = %s", (login,)):
        raise CommandError(f"{company.name} was left unfinished: run `pirwa demo --clear` to begin anew")


async def _add_platform_owner(database: Database, password_hash: str) -> None:
    known = await database.fetch(Scope(), "SELECT 1 FROM app_user WHERE login = 'admin'")
    if not known:
        await database.fetch(Scope(), ADD_PLATFORM_OWNER, (new_id(), "admin", "Administrador", password_hash, True))


def _clear(running: Settings) -> None:
    """Drops everything, provided that nothing but demonstration companies is there."""
    url = running.database_url or ""
    known = {company.code for company in demo_companies(MOST_COMPANIES)}
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute("SELECT set_config('app.platform', 'on', false)")
        strangers = [code for (code,) in owner.execute("SELECT code FROM company") if code not in known]
        if strangers:
            raise CommandError(f"this database also holds {', '.join(strangers)}: nothing was cleared")
        owner.execute("DROP SCHEMA public CASCADE")
        owner.execute("CREATE SCHEMA public")
    _tell("The demonstration's data is cleared.")


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
