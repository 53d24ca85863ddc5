"""What the demonstration companies sell."""

from dataclasses import dataclass
from decimal import Decimal

# Category → subcategory → class.
CATEGORIES: dict[str, dict[str, tuple[str, ...]]] = {
    "Electrónica": {
        "Computadoras": ("Laptops", "Desktops"),
        "Celulares": ("Smartphones", "Tablets"),
    },
    "Oficina": {
        "Papelería": ("Papel", "Escritura"),
        "Mobiliario": ("Sillas", "Escritorios"),
    },
}


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """A product, how many a day a shop sells of it on average, and its minimum and target there."""

    sku: str
    name: str
    category: str
    price: Decimal
    cost: Decimal
    colour: str
    daily: float
    minimum: int
    target: int


PRODUCTS = (
    DemoProduct("LAP-014", 'Laptop 14" 16 GB', "Laptops", Decimal("899.00"), Decimal("655.00"), "#3b6ea5", 0.7, 5, 20),
    DemoProduct("LAP-015", 'Laptop 15" 8 GB', "Laptops", Decimal("649.00"), Decimal("480.00"), "#2f7f86", 0.9, 6, 24),
    DemoProduct(
        "DSK-001", "Computadora de escritorio", "Desktops", Decimal("729.00"), Decimal("541.00"), "#4b5d67", 0.4, 3, 12
    ),
    DemoProduct("TAB-010", 'Tablet 10"', "Tablets", Decimal("259.90"), Decimal("178.00"), "#7a5ea8", 1.1, 8, 30),
    DemoProduct(
        "CEL-128", "Smartphone 128 GB", "Smartphones", Decimal("349.50"), Decimal("241.00"), "#b0573a", 2.2, 15, 60
    ),
    DemoProduct(
        "CEL-256", "Smartphone 256 GB", "Smartphones", Decimal("479.00"), Decimal("338.00"), "#a43f5c", 1.3, 10, 40
    ),
    DemoProduct("PAP-A4", "Resma de papel A4", "Papel", Decimal("4.75"), Decimal("2.90"), "#8a8f3c", 14.0, 80, 300),
    DemoProduct(
        "ESF-AZ", "Esferos azules, caja de 12", "Escritura", Decimal("3.60"), Decimal("1.85"), "#2f5fb3", 6.0, 40, 150
    ),
    DemoProduct("SIL-ERG", "Silla ergonómica", "Sillas", Decimal("189.00"), Decimal("112.50"), "#5a7d4d", 0.5, 4, 15),
    DemoProduct(
        "ESC-120", "Escritorio 120 cm", "Escritorios", Decimal("219.00"), Decimal("138.00"), "#8d6b4a", 0.3, 2, 10
    ),
)


def ean13(company: int, product: int) -> str:
    """A valid EAN-13 under Ecuador's prefix."""
    digits = f"786{company:04d}{product:05d}"
    odd, even = sum(map(int, digits[::2])), sum(map(int, digits[1::2]))
    return f"{digits}{-(odd + 3 * even) % 10}"
