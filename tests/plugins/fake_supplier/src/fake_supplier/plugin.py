"""What the plugin brings."""

from pathlib import Path

from core.plugin.context import PluginContext, RegisterSupplierOrdering
from core.plugin.hookspecs import hookimpl
from core.plugin.settings import PluginSettings
from core.ports.failures import PermanentlyRejected, Transient
from core.ports.supplier import Acceptance, OutgoingOrder


class FolderSettings(PluginSettings, frozen=True):
    """`folder` has a folder for the address of each supplier."""

    folder: str


class FolderOrdering:
    """`SupplierOrdering`: a file for each key. The folder `down` fails, one that is not there refuses."""

    def __init__(self, context: PluginContext[FolderSettings]) -> None:
        self._folder = Path(context.settings.folder)

    async def deliver(self, order: OutgoingOrder) -> Acceptance:
        inbox = self._folder / order.address
        if (self._folder / "down").exists():
            raise Transient("the folder is down")
        if not inbox.is_dir():
            raise PermanentlyRejected("no supplier has this folder")
        (inbox / f"{order.key}.json").write_bytes(order.body)
        return Acceptance(f"F-{order.document.number}")


@hookimpl
def register_supplier_orderings(register: RegisterSupplierOrdering) -> None:
    register("folder", FolderSettings, FolderOrdering)
