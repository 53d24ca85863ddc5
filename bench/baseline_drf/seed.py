"""Creates the tables, fills the shop and prints the token of its user.

Run as `python -m bench.baseline_drf.seed` with BASELINE_DATABASE_URL set. The rows are written by set-based SQL:
how fast they get there is not what is measured.
"""

import os

import django
from django.core.management import call_command
from django.db import connection, transaction

from bench import shop

_ROWS = (
    "INSERT INTO baseline_drf_category (name) SELECT 'Category ' || n FROM generate_series(1, {categories}) n",
    "INSERT INTO baseline_drf_site (code, name) SELECT 'S' || n, 'Site ' || n FROM generate_series(1, {sites}) n",
    """INSERT INTO baseline_drf_product (sku, name, category_id, price, cost, unit, active)
       SELECT 'SKU-' || lpad(n::text, 6, '0'), 'Product number ' || n, 1 + n % {categories}, 12.5, 7.25, 'unit', true
       FROM generate_series(1, {products}) n""",
    """INSERT INTO baseline_drf_balance (product_id, site_id, quantity)
       SELECT p.id, s.id, {opening} FROM baseline_drf_product p CROSS JOIN baseline_drf_site s""",
    """INSERT INTO baseline_drf_movement
           (product_id, site_id, kind, quantity, unit_price, reference, user_id, created_at, balance_after)
       SELECT p.id, s.id, 'receipt', {opening} / {history}, 7.25, 'R-' || n, u.id,
              now() - make_interval(days => {history} - n), n * ({opening} / {history})
       FROM generate_series(1, {history}) n
       CROSS JOIN baseline_drf_product p
       CROSS JOIN (SELECT min(id) AS id FROM baseline_drf_site) s
       CROSS JOIN auth_user u""",
)


def main() -> None:
    """Set Django up, create and fill the tables, print the token."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.baseline_drf.settings")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("migrate", run_syncdb=True, verbosity=0)  # our own tables, which need the users' to exist
    with transaction.atomic():
        token = _user_token()
        _fill()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    print(token)


def _user_token() -> str:
    from django.contrib.auth.models import User  # models can be imported after set-up only
    from rest_framework.authtoken.models import Token

    return Token.objects.create(user=User.objects.create_user("techcorp_admin")).key


def _fill() -> None:
    sizes = {
        "categories": shop.CATEGORIES,
        "sites": shop.SITES,
        "products": shop.PRODUCTS,
        "opening": shop.OPENING_STOCK,
        "history": shop.HISTORY,
    }
    with connection.cursor() as cursor:
        for statement in _ROWS:
            cursor.execute(statement.format(**sizes))


if __name__ == "__main__":
    main()
