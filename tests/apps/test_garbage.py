"""What an answered request leaves behind."""

import gc

import pytest

from apps.http.api_request import ApiRequest
from tests.api import Api
from tests.apps.test_stock import receipt

pytestmark = pytest.mark.anyio


async def test_a_request_is_gone_once_it_is_answered(api: Api) -> None:
    """Without waiting for the garbage collector, which took a tenth of the time of a busy process. Seen to fail with the container of a
    request left in its scope."""
    await api.shop.product("COFFEE")
    client = await api.client("manager")
    gc.collect()
    gc.disable()
    try:
        before = _requests()
        for _ in range(3):
            await client.post_ok("/stock/postings", receipt("COFFEE", "10"))
            await client.get_ok("/products")
        assert _requests() == before
    finally:
        gc.enable()


def _requests() -> int:
    return sum(type(one) is ApiRequest for one in gc.get_objects())
