"""What people open: the pages of the application, reports, categories, sites, products. Which they open most shapes what they are shown."""

from datetime import timedelta
from enum import StrEnum

HALVES_IN = timedelta(days=10)
"""After which something that was opened counts half as much."""


class Page(StrEnum):
    """The pages of the web application. An address belongs to the page under which it stands: that of one transfer to `transfers`."""

    HOME = "home"
    PRODUCTS = "products"
    SCAN = "scan"
    STOCK = "stock"
    MOVEMENTS = "movements"
    TRANSFERS = "transfers"
    REQUESTS = "requests"
    COUNTS = "counts"
    SALES = "sales"
    CHANNEL_ORDERS = "channel_orders"
    PURCHASES = "purchases"
    SUPPLIERS = "suppliers"
    REPLENISHMENT = "replenishment"
    RECOMMENDATIONS = "recommendations"
    FORECASTS = "forecasts"
    REPORTS = "reports"
    LABELS = "labels"
    NOTIFICATIONS = "notifications"
    APPS = "apps"
    USERS = "users"
    SETTINGS = "settings"
    AUDIT = "audit"
    PROFILE = "profile"
    COMPANIES = "companies"
    CONTACT = "contact"
