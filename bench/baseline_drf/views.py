"""The four calls that are measured: product list, product detail, movement history, posting a movement."""

from django.db.models import DecimalField, OuterRef, Prefetch, Subquery, Sum
from rest_framework import generics
from rest_framework.pagination import CursorPagination

from bench.baseline_drf.models import Balance, Movement, Product
from bench.baseline_drf.serializers import MovementSerializer, ProductDetailSerializer, ProductListSerializer


class BySku(CursorPagination):
    """Pages without a count of all rows: the same contract as the product's, and faster than pages by offset."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = 500
    ordering = "sku"


class NewestFirst(BySku):
    ordering = "-id"


def _total_stock():
    of_product = Balance.objects.filter(product=OuterRef("pk")).order_by().values("product")
    return Subquery(of_product.annotate(total=Sum("quantity")).values("total"), output_field=DecimalField())


class ProductList(generics.ListAPIView):
    queryset = Product.objects.select_related("category").annotate(stock=_total_stock())
    serializer_class = ProductListSerializer
    pagination_class = BySku


class ProductDetail(generics.RetrieveAPIView):
    queryset = Product.objects.select_related("category").prefetch_related(
        Prefetch("balances", Balance.objects.select_related("site").order_by("site__code"))
    )
    serializer_class = ProductDetailSerializer


class Movements(generics.ListCreateAPIView):
    queryset = Movement.objects.select_related("user")
    serializer_class = MovementSerializer
    pagination_class = NewestFirst

    def filter_queryset(self, queryset):
        asked = self.request.query_params
        return queryset.filter(**{name: asked[name] for name in ("product", "site") if name in asked})

    def perform_create(self, serializer):
        serializer.save(user=self.request.user)
