"""Adding people with a first password, and choosing passwords in general."""

from core.commands.changes import Saved
from core.commands.people import CreateUser, NewMember, create_user
from core.domain.access import Actor
from core.domain.account import as_kept
from core.domain.errors import Fault
from core.domain.mail import address_fault
from core.domain.password_policy import normal, password_faults, words_about
from core.ports.identity import IdentityStore, Passwords
from core.ports.storage import Run


async def chosen_password_faults(passwords: Passwords, pointer: str, password: str, *facts: str | None) -> list[Fault]:
    """Everything that is wrong with a password that is chosen by, or for, somebody of whom these facts are known."""
    text = normal(password)
    return password_faults(pointer, text, await passwords.strength(text, words_about(*facts)))


class Newcomers:
    """Adds people who are in no company yet."""

    def __init__(self, run: Run, passwords: Passwords, identities: IdentityStore) -> None:
        self._run, self._passwords, self._identities = run, passwords, identities

    async def add(self, actor: Actor, command: CreateUser) -> Saved:
        """Adds a person to the actor's company. Raises `Invalid` with every fault, `Conflict` `login_taken`, and `Forbidden`."""
        company = await self._identities.company(str(actor.company))
        email = as_kept(command.email) if command.email is not None else None
        facts = (command.login, command.name, email, company.code if company else None)
        faults = await chosen_password_faults(self._passwords, "/password", command.password, *facts)
        if email is not None and (fault := address_fault("/email", email)):
            faults.append(fault)
        member = NewMember(
            command.login,
            command.name,
            "" if faults else await self._passwords.hash(command.password),
            command.role,
            command.sites,
            command.read_sites,
            must_change_password=command.must_change_password,
            email=email,
            faults=faults,
        )
        return (await self._run(create_user, actor, member)).result
