"""Pictures of products: drawn anew, kept by their content, put in order, taken away."""

import asyncio
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from core.commands.changes import Saved, require_version
from core.commands.product_parts import touch_product
from core.domain.access import Actor
from core.domain.errors import Conflict, NotFound
from core.ports.catalogue import ProductImage
from core.ports.files import PUT_AT_ONCE, FileStore, Picture, PictureEncoder
from core.ports.storage import Run, UnitOfWork

MOST_IMAGES = 20


class MoveImage(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The place of an image among those of its product; 1 is the one that lists show."""

    position: Annotated[int, Meta(ge=1, le=MOST_IMAGES)]


@dataclass(frozen=True, slots=True)
class _Removal:
    product_id: UUID
    image_id: UUID
    version: int | None


class ProductImages:
    """Adds and removes the images of products together with their files.

    A file is stored before a row refers to it, and forgotten after the last row that did is gone. In between a lock keeps
    the two from passing each other.
    """

    def __init__(self, run: Run, store: FileStore, encoder: PictureEncoder) -> None:
        self._run, self._store, self._encoder = run, store, encoder
        self._places = asyncio.Semaphore(PUT_AT_ONCE)
        self._drawing = asyncio.Lock()  # drawing takes much memory: one picture at a time

    async def add(self, actor: Actor, product_id: UUID, content: bytes) -> UUID:
        """Draws a picture anew and adds it as the last image. Raises `RefusedFile`, `NotFound`, `Conflict`."""
        actor.require("product:write")
        async with self._drawing:
            picture = await asyncio.to_thread(self._encoder.encode, content)
        async with self._places:
            return (await self._run(self._add, actor, (product_id, picture))).result

    async def remove(self, actor: Actor, product_id: UUID, image_id: UUID, version: int | None) -> None:
        """Removes an image, and its files unless something else has the same content."""
        digests = (await self._run(_delete_image, actor, _Removal(product_id, image_id, version))).result
        await self.forget(actor, digests)

    async def forget(self, actor: Actor, digests: Sequence[str]) -> None:
        """Deletes those of the files to which nothing refers any more."""
        await self._run(self._forget, actor, digests)

    async def _add(self, uow: UnitOfWork, actor: Actor, command: tuple[UUID, Picture]) -> UUID:
        product_id, picture = command
        product = await uow.catalogue.product(product_id)
        if len(await uow.catalogue.images(product_id)) >= MOST_IMAGES:
            raise Conflict("too_many_images", f"a product has at most {MOST_IMAGES} images")
        await uow.catalogue.keep_files()
        stored = await self._store.put(actor.company, io.BytesIO(picture.content))
        thumbnail = await self._store.put(actor.company, io.BytesIO(picture.thumbnail))
        image = ProductImage(
            product_id,
            stored.digest,
            thumbnail.digest,
            picture.media_type,
            picture.width,
            picture.height,
            stored.size,
        )
        await uow.catalogue.add_image(image)
        await touch_product(uow, product, "images")
        return image.id

    async def _forget(self, uow: UnitOfWork, actor: Actor, digests: Sequence[str]) -> None:
        for digest in await uow.catalogue.unreferenced_files(digests):
            await self._store.delete(actor.company, digest)


async def move_image(uow: UnitOfWork, actor: Actor, command: tuple[UUID, UUID, MoveImage, int | None]) -> Saved:
    """Puts an image at another place; the others close up."""
    product_id, image_id, wanted, known_version = command
    actor.require("product:write")
    product = await uow.catalogue.product(product_id)
    require_version(product.version, known_version)
    images = await uow.catalogue.images(product_id)
    others = [image.id for image in images if image.id != image_id]
    if len(others) == len(images):
        raise _not_found()
    others.insert(wanted.position - 1, image_id)
    await uow.catalogue.order_images(others)
    return await touch_product(uow, product, "images")


async def _delete_image(uow: UnitOfWork, actor: Actor, command: _Removal) -> list[str]:
    """The digests to which the image referred."""
    actor.require("product:write")
    product = await uow.catalogue.product(command.product_id)
    require_version(product.version, command.version)
    for image in await uow.catalogue.images(command.product_id):
        if image.id == command.image_id:
            await uow.catalogue.delete_image(image.id)
            await touch_product(uow, product, "images")
            return list(image.digests)
    raise _not_found()


def _not_found() -> NotFound:
    return NotFound("image_not_found", "the product has no such image")
