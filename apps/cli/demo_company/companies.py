"""The three demonstration companies, and as many generated ones as are asked for."""

from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.company import SiteType

WAREHOUSE, SHOP, LABORATORY = SiteType.WAREHOUSE, SiteType.POINT_OF_SALE, SiteType.LABORATORY


@dataclass(frozen=True, slots=True)
class DemoSite:
    code: str
    name: str
    type: SiteType


@dataclass(frozen=True, slots=True)
class DemoUser:
    login: str
    name: str
    role: str
    site: str | None = None

    @property
    def email(self) -> str:
        """At the name of the company, which is the first word of the login."""
        return f"{self.login}@{self.login.partition('_')[0]}.example"


@dataclass(frozen=True, slots=True)
class DemoCompany:
    """A company with its sites, the first of which supplies the others, and its people."""

    code: str
    name: str
    sites: tuple[DemoSite, ...]

    def users(self) -> tuple[DemoUser, ...]:
        supervised, kept = self.sites[0].code, self.sites[1].code
        return (
            DemoUser(f"{self.code}_admin", f"Administrador {self.name}", "admin"),
            DemoUser(f"{self.code}_supervisor", f"Supervisor {self.name}", "manager", supervised),
            DemoUser(f"{self.code}_encargado", f"Encargado {self.name}", "operator", kept),
            DemoUser(f"{self.code}_manaudi", f"Auditor {self.name}", "auditor"),
        )


THREE = (
    DemoCompany(
        "techcorp",
        "TechCorp Ecuador",
        (
            DemoSite("UIO", "Matriz Quito", WAREHOUSE),
            DemoSite("GYE", "Sucursal Guayaquil", SHOP),
            DemoSite("LAB", "Laboratorio Quito", LABORATORY),
        ),
    ),
    DemoCompany(
        "comercia",
        "Comercial Andina",
        (
            DemoSite("BOD", "Bodega Principal", WAREHOUSE),
            DemoSite("PVN", "Punto Venta Norte", SHOP),
            DemoSite("PVS", "Punto Venta Sur", SHOP),
        ),
    ),
    DemoCompany(
        "distribu",
        "Distribuidora Nacional",
        (
            DemoSite("CDI", "Centro Distribución", WAREHOUSE),
            DemoSite("CUE", "Tienda Cuenca", SHOP),
            DemoSite("LOJ", "Tienda Loja", SHOP),
        ),
    ),
)


def demo_companies(count: int) -> Iterator[DemoCompany]:
    """The three, then generated ones, `count` in all."""
    yield from THREE[:count]
    for number in range(len(THREE) + 1, count + 1):
        yield DemoCompany(
            f"empresa{number}",
            f"Empresa {number}",
            (
                DemoSite("BOD", f"Bodega {number}", WAREHOUSE),
                DemoSite("TN1", f"Tienda {number}-1", SHOP),
                DemoSite("TN2", f"Tienda {number}-2", SHOP),
            ),
        )
