"""The catalogue: categories, products, their pictures and sheets."""

from tests.matrix.builder import picture
from tests.matrix.calls.call import Call, Calls, File, at, one

_PRODUCT, _PICTURE = {"product_id": "$product"}, File("new.png", picture("yellow"))
_IMAGE = {"product_id": "$product", "image_id": "$image"}
_BARCODE = {"product_id": "$idle_product", "code": "$barcode"}
_FILTERS = {"category": "$category", "site": "$site"}

CATALOGUE: Calls = {
    "GET /categories": one(),
    "POST /categories": one(body={"name": "New", "parent": "$parent_category"}),
    "GET /categories/{category_id}": at("category_id", "$category"),
    "PATCH /categories/{category_id}": at("category_id", "$category", body={"parent": "$parent_category"}),
    "DELETE /categories/{category_id}": at("category_id", "$empty_category"),
    "GET /products": (Call(), Call("filtered", query=_FILTERS)),
    "POST /products": (
        Call(body={"sku": "$new_sku", "name": "New", "category": "$category"}),
        Call("with a barcode", body={"sku": "NEW", "name": "New", "barcodes": [{"code": "$new_barcode"}]}),
        Call(
            "kit",
            body={"sku": "NEW", "name": "New", "kind": "kit", "components": [{"product": "$product", "quantity": "1"}]},
        ),
        Call("with a cost", body={"sku": "NEW", "name": "New", "cost": "2"}),
    ),
    "GET /products/{product_id}": at("product_id", "$product"),
    "PATCH /products/{product_id}": (
        Call(path=_PRODUCT, body={"sku": "$new_sku", "category": "$category"}),
        Call("cost", path=_PRODUCT, body={"cost": "3"}),
        Call("active", path=_PRODUCT, body={"active": False}),
    ),
    "DELETE /products/{product_id}": at("product_id", "$idle_product"),
    "PUT /products/{product_id}/components": at(
        "product_id", "$kit", body={"components": [{"product": "$product", "quantity": "2"}]}
    ),
    "POST /products/{product_id}/barcodes": at(
        "product_id", "$product", body={"code": "$new_barcode", "kind": "custom"}
    ),
    "DELETE /products/{product_id}/barcodes/{code}": one(path=_BARCODE),
    "GET /products/{product_id}/barcode.svg": at("product_id", "$product"),
    "GET /products/{product_id}/barcode.png": at("product_id", "$product"),
    "GET /products/{product_id}/qr.svg": at("product_id", "$product"),
    "POST /products:set-active": (
        Call("named", body={"active": False, "products": [{"id": "$product"}]}),
        Call("filtered", body={"active": False, "matching": _FILTERS}),
    ),
    "POST /products:assign-barcodes": (
        Call("named", body={"products": ["$product"]}),
        Call("filtered", body={"matching": _FILTERS}),
    ),
    "GET /labels/formats": one(),
    "POST /labels": one(body={"lines": [{"product": "$product", "copies": 1}], "site": "$site"}),
    "GET /lookup": (
        Call("product", query={"code": "$product"}),
        Call("barcode", query={"code": "$barcode"}),
        Call("site", query={"code": "$site"}),
        Call("document", query={"code": "$document"}),
        Call("posting", query={"code": "$posting"}),
        Call("transfer", query={"code": "$transfer"}),
        Call("request", query={"code": "$request"}),
        Call("user", query={"code": "$user"}),
        Call("category", query={"code": "$category"}),
        Call("reservation", query={"code": "$reservation"}),
    ),
    "POST /products:import": (
        Call(file=File("products.csv", b"sku,name\n{},New\n", "$product")),
        Call("kit", file=File("products.csv", b"sku,name,kind,components\nNEW,New,kit,2 x {}\n", "$product")),
        Call("cost", file=File("products.csv", b"sku,name,cost\nNEW,New,2\n")),
    ),
    "GET /products:export": (Call(), Call("filtered", query=_FILTERS)),
    "GET /products/{product_id}/images": at("product_id", "$product"),
    "POST /products/{product_id}/images": at("product_id", "$product", file=_PICTURE),
    "PATCH /products/{product_id}/images/{image_id}": one(path=_IMAGE, body={"position": 2}),
    "DELETE /products/{product_id}/images/{image_id}": one(path=_IMAGE),
    "GET /images/{image_id}": at("image_id", "$image"),
    "GET /images/{image_id}/thumbnail": at("image_id", "$image"),
}
