"""What people's own accounts are made of."""

import asyncio

from dishka import Provider, Scope, provide

from adapters.postgres.preferences import PostgresPreferences
from adapters.postgres.profiles import PostgresProfiles
from apps.settings import Settings
from core.commands.preferences import OwnPreferences
from core.commands.profile import OwnProfile
from core.ports.attempts import Attempts
from core.ports.audit import SignInRecord
from core.ports.clock import Clock
from core.ports.files import PictureEncoder
from core.ports.identity import IdentityStore
from core.ports.mail import Mailbox
from core.ports.preferences import PreferenceStore
from core.ports.profiles import Profiles
from core.ports.sealing import Sealing
from core.ports.sessions import Sessions


class ProfileProvider(Provider):
    """Profiles, their pictures, preferences."""

    scope = Scope.APP

    profiles = provide(PostgresProfiles, provides=Profiles)
    preferences = provide(PostgresPreferences, provides=PreferenceStore)
    own_preferences = provide(OwnPreferences)

    @provide
    def own(
        self,
        profiles: Profiles,
        identities: IdentityStore,
        encoder: PictureEncoder,
        sessions: Sessions,
        attempts: Attempts,
        sealing: Sealing,
        mailbox: Mailbox,
        record: SignInRecord,
        clock: Clock,
        settings: Settings,
    ) -> OwnProfile:
        drawing = asyncio.Lock()  # drawing takes much memory: one picture at a time
        return OwnProfile(
            profiles,
            identities,
            encoder,
            sessions,
            attempts,
            sealing,
            mailbox,
            record,
            clock,
            settings.address,
            drawing,
        )
