"""The four calls that are measured: product list, product detail, movement history, posting a movement."""

from django.conf import settings
from django.db.models import DecimalField, OuterRef, Prefetch, Subquery, Sum
from rest_framework import generics
from rest_framework.pagination import CursorPagination, PageNumberPagination

from bench.baseline_drf.models import Balance, Movement, Product
from bench.baseline_drf.serializers import MovementSerializer, ProductDetailSerializer, ProductListSerializer

_LIMIT = "limit"
_MOST = 500


class ByNumber(PageNumberPagination):
    """Pages as the framework's tutorial has them, with a count of all rows."""

    page_size_query_param = _LIMIT
    max_page_size = _MOST


class BySku(CursorPagination):
    """Pages without that count: the same contract as the product's."""

    page_size_query_param = _LIMIT
    max_page_size = _MOST
    ordering = "sku"


class NewestFirst(BySku):
    ordering = "-id"


def _total_stock():
    if not settings.TUNED:
        return Sum("balances__quantity")
    of_product = Balance.objects.filter(product=OuterRef("pk")).order_by().values("product")
    return Subquery(of_product.annotate(total=Sum("quantity")).values("total"), output_field=DecimalField())


class ProductList(generics.ListAPIView):
    queryset = Product.objects.select_related("category").annotate(stock=_total_stock()).order_by("sku")
    serializer_class = ProductListSerializer
    pagination_class = BySku if settings.TUNED else ByNumber


class ProductDetail(generics.RetrieveAPIView):
    queryset = Product.objects.select_related("category").prefetch_related(
        Prefetch("balances", Balance.objects.select_related("site").order_by("site__code"))
    )
    serializer_class = ProductDetailSerializer


class Movements(generics.ListCreateAPIView):
    queryset = Movement.objects.select_related("user").order_by("-id")
    serializer_class = MovementSerializer
    pagination_class = NewestFirst if settings.TUNED else ByNumber

    def filter_queryset(self, queryset):
        asked = self.request.query_params
        return queryset.filter(**{name: asked[name] for name in ("product", "site") if name in asked})

    def perform_create(self, serializer):
        serializer.save(user=self.request.user)
