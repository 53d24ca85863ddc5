"""What the API reads and writes."""

from decimal import Decimal

from django.db import transaction
from rest_framework import serializers

from bench.baseline_drf.models import Balance, Movement, Product


class ProductListSerializer(serializers.ModelSerializer):
    category = serializers.CharField(source="category.name")
    stock = serializers.DecimalField(max_digits=18, decimal_places=6)

    class Meta:
        model = Product
        fields = ("id", "sku", "name", "category", "price", "cost", "unit", "active", "stock")


class BalanceSerializer(serializers.ModelSerializer):
    site = serializers.CharField(source="site.code")

    class Meta:
        model = Balance
        fields = ("site", "quantity")


class ProductDetailSerializer(serializers.ModelSerializer):
    category = serializers.CharField(source="category.name")
    balances = BalanceSerializer(many=True)

    class Meta:
        model = Product
        fields = ("id", "sku", "name", "category", "price", "cost", "unit", "active", "balances")


class MovementSerializer(serializers.ModelSerializer):
    quantity = serializers.DecimalField(max_digits=18, decimal_places=6, min_value=Decimal("0.000001"))
    user = serializers.CharField(source="user.username", read_only=True)

    class Meta:
        model = Movement
        fields = (
            "id",
            "product",
            "site",
            "kind",
            "quantity",
            "unit_price",
            "reference",
            "user",
            "created_at",
            "balance_after",
        )
        read_only_fields = ("created_at", "balance_after")

    def create(self, validated):
        """Change the balance and record the movement in one transaction; refuse to go below zero."""
        change = validated["quantity"] if validated["kind"] == Movement.Kind.RECEIPT else -validated["quantity"]
        with transaction.atomic():
            balance = Balance.objects.select_for_update().get(product=validated["product"], site=validated["site"])
            if balance.quantity + change < 0:
                raise serializers.ValidationError({"quantity": f"only {balance.quantity} in stock"})
            balance.quantity += change
            balance.save(update_fields=["quantity"])
            return Movement.objects.create(balance_after=balance.quantity, **validated)
