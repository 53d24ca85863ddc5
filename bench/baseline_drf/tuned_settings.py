"""The same application as somebody would set it up who has measured it."""

from bench.baseline_drf.settings import *  # noqa: F403 settings are read by name
from bench.baseline_drf.settings import DATABASES, REST_FRAMEWORK

# Sessions, CSRF and messages are of no use to an API with tokens, so they are left out.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
]

# They save PostgreSQL about half of its work.
DATABASES["default"]["OPTIONS"] = {"server_side_binding": True, "prepare_threshold": 5}

REST_FRAMEWORK |= {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

TUNED = True
