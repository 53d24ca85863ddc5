"""Routes of the comparison application."""

from django.urls import path

from bench.baseline_drf import views

urlpatterns = [
    path("api/products", views.ProductList.as_view()),
    path("api/products/<int:pk>", views.ProductDetail.as_view()),
    path("api/movements", views.Movements.as_view()),
]
