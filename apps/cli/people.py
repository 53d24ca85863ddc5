"""`pirwa company create` and `pirwa user create`: the first company and people, before anyone can sign in."""

import argparse
import asyncio
import getpass
import os
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from adapters.passwords.argon2id import Argon2Passwords
from adapters.postgres.engine import Database, Scope
from adapters.postgres.uow import PostgresRun
from adapters.postgres.verification import PostgresVerifier
from apps.cli.errors import CommandError
from apps.cli.place import database_running, open_database, settings
from apps.cli.rescue import run_reset
from apps.http.body_faults import body_faults
from apps.settings import PASSWORD
from core.commands.companies import CreateCompany, create_company
from core.commands.newcomers import chosen_password_faults
from core.commands.people import CreateUser, NewMember, create_user
from core.domain.access import PRESETS, Actor
from core.domain.company import CostingMethod
from core.domain.errors import refuse_if
from core.domain.ids import new_id

ADD_PLATFORM_OWNER = "INSERT INTO app_user (id, login, name, password_hash, is_platform_owner, loopback_only) VALUES (%s, %s, %s, %s, true, %s)"
Command = TypeVar("Command", CreateCompany, CreateUser)

INSTALLER = UUID(int=0)
"""Whoever has the database's password: acts with an admin's rights and is recorded as nobody."""


def register(commands: Any) -> None:
    company = commands.add_parser("company", help="create a company").add_subparsers(required=True)
    create = company.add_parser("create", help="create a company")
    create.add_argument("code")
    create.add_argument("name")
    create.add_argument("--currency", default="USD")
    create.add_argument("--locale", default="es-EC")
    create.add_argument("--time-zone", default="America/Guayaquil")
    create.add_argument("--costing", choices=[method.value for method in CostingMethod], default="average")
    create.set_defaults(run=run_company)

    user = commands.add_parser("user", help="create a user, or let one in again").add_subparsers(required=True)
    create = user.add_parser("create", help="create a user; the password comes from PIRWA_PASSWORD or is asked for")
    create.add_argument("login")
    create.add_argument("--name")
    create.add_argument("--company", help="company code; without one the user is a platform owner")
    create.add_argument("--role", default="admin", help="a preset or a role of the company's own (default admin)")
    create.add_argument("--site", action="append", help="limit to this site (id or code); may be repeated")
    create.add_argument("--read-site", action="append", help="may also see this site; may be repeated")
    create.set_defaults(run=run_user)
    reset = user.add_parser(
        "reset", help="let somebody in again: a new password (from PIRWA_PASSWORD or asked for), all sessions ended"
    )
    reset.add_argument("login")
    reset.add_argument("--one-time-codes", action="store_true", help="end their one-time codes too")
    reset.set_defaults(run=run_reset)


def run_company(options: argparse.Namespace) -> None:
    command = _sound(
        CreateCompany,
        {
            "code": options.code,
            "name": options.name,
            "currency": options.currency,
            "locale": options.locale,
            "time_zone": options.time_zone,
            "costing_method": options.costing,
        },
    )
    with database_running(settings()) as running:

        async def create() -> None:
            async with open_database(running) as database:
                await PostgresRun(database)(create_company, installer(new_id(), "platform_owner"), command)

        asyncio.run(create())
    print(f"Company {options.code} is created.")


def run_user(options: argparse.Namespace) -> None:
    password = os.environ.get(PASSWORD) or getpass.getpass("Password: ")
    name, role = options.name or options.login, options.role
    _sound(
        CreateUser,
        {
            "login": options.login,
            "name": name,
            "password": password,
            "role": role,
            "sites": options.site,
            "read_sites": read_sites(options),
        },
    )
    with database_running(settings()) as running:

        async def create() -> None:
            password_hash = await _hash_of(password, options.login, name, options.company)
            async with open_database(running) as database:
                await add_user(database, options, password_hash)

        asyncio.run(create())
    print(f"User {options.login} is created.")


async def _hash_of(password: str, *facts: str | None) -> str:
    """Raises `Invalid` for a password that is too short or too easy to guess, for somebody who knows these facts too."""
    passwords = Argon2Passwords()
    refuse_if(await chosen_password_faults(passwords, "/password", password, *facts))
    return await passwords.hash(password)


async def add_user(database: Database, options: argparse.Namespace, password_hash: str) -> None:
    name = options.name or options.login
    if options.company is None:
        await database.fetch(Scope(), ADD_PLATFORM_OWNER, (new_id(), options.login, name, password_hash, False))
        return
    member = NewMember(options.login, name, password_hash, options.role, options.site, read_sites(options))
    await PostgresRun(database)(create_user, installer(await company_id(database, options.company), "admin"), member)


def read_sites(options: argparse.Namespace) -> list[str] | None:
    """The sites that the user may see: those where they work, and the others that were named."""
    return None if options.site is None else [*options.site, *(options.read_site or ())]


def _sound(kind: type[Command], fields: Mapping[str, object]) -> Command:
    """The command as the API would take it. Raises `Invalid` with every fault."""
    refuse_if(body_faults(dict(fields), kind))
    return msgspec.convert(fields, kind)


def installer(company: UUID, role: str) -> Actor:
    return Actor(INSTALLER, company, PRESETS[role])


async def company_id(database: Database, code: str) -> UUID:
    """The id of the company with this code."""
    for found, known in await PostgresVerifier(database).companies():
        if known == code:
            return found
    raise CommandError(f"there is no company {code}")
