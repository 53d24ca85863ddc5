"""What of the application's looks and order belongs to each person."""

from enum import StrEnum


class Theme(StrEnum):
    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


class Density(StrEnum):
    COMFORTABLE = "comfortable"
    COMPACT = "compact"


class PinKind(StrEnum):
    """What can be pinned: a page or a report by its name, a product or a site by its id, a block of the dashboard by its name."""

    PAGE = "page"
    REPORT = "report"
    PRODUCT = "product"
    SITE = "site"
    BLOCK = "block"
