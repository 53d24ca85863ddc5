"""Products, sites, one balance per product and site, and the movements that changed it."""

from django.conf import settings
from django.db import models


class Category(models.Model):
    name = models.CharField(max_length=100)


class Product(models.Model):
    sku = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=200)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="products")
    price = models.DecimalField(max_digits=18, decimal_places=6)
    cost = models.DecimalField(max_digits=18, decimal_places=6)
    unit = models.CharField(max_length=20)
    active = models.BooleanField(default=True)


class Site(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)


class Balance(models.Model):
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="balances", db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, related_name="balances")
    quantity = models.DecimalField(max_digits=18, decimal_places=6, default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("product", "site"), name="balance_of_product_at_site"),
            models.CheckConstraint(condition=models.Q(quantity__gte=0), name="balance_not_negative"),
        )


class Movement(models.Model):
    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        SALE = "sale"

    # The history's index serves the product; nobody looks movements up by site or user alone.
    product = models.ForeignKey(Product, on_delete=models.PROTECT, db_index=False)
    site = models.ForeignKey(Site, on_delete=models.PROTECT, db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    quantity = models.DecimalField(max_digits=18, decimal_places=6)
    unit_price = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    reference = models.CharField(max_length=60)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, db_index=False)
    created_at = models.DateTimeField(auto_now_add=True)
    balance_after = models.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        indexes = (models.Index(fields=("product", "site", "-id"), name="movement_history"),)
