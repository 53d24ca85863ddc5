"""Uploaded pictures, decoded within bounds and drawn anew as WEBP."""

import io
import warnings

from PIL import ExifTags, Image, ImageOps

from core.ports.files import Picture, RefusedFile

LARGEST_CONTENT = 10_000_000
MOST_FRAMES = 50
MOST_PIXELS = 40_000_000
DECODING_MEMORY = 150_000_000
PICTURE_SIDE = 1600
THUMBNAIL_SIDE = 256

_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")

# Measured bytes of memory per pixel while decoding and scaling. A plain JPEG is scaled down as it is read, a
# progressive one is held whole first. Formats that Pillow derives from these count as the dearest.
_BYTES_PER_PIXEL = {"JPEG": 1, "MPO": 1, "GIF": 1, "PNG": 6, "AVIF": 12, "WEBP": 16}
_BYTES_PER_PIXEL_PROGRESSIVE = 8

_BAND_HEIGHT = 64

# For good and for the whole process, because `warnings.catch_warnings` is not safe in threads.
warnings.filterwarnings("error", module=r"PIL\.")


class WebpEncoder:
    """Gives WEBP: the one format that shrinks photographs, keeps transparency and shows in every browser."""

    def encode(self, content: bytes) -> Picture:
        if len(content) > LARGEST_CONTENT:
            raise RefusedFile("picture_too_large", f"a picture has at most {LARGEST_CONTENT:,} bytes")
        try:
            return _encoded(_decoded(content))
        except RefusedFile:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as fault:
            raise _too_many_pixels(MOST_PIXELS) from fault
        except Exception as fault:  # whatever decoding hostile content raises is a fault of the content
            detail = "the file is not an undamaged picture in JPEG, PNG, WEBP, GIF or AVIF"
            raise RefusedFile("picture_unreadable", detail) from fault


def _decoded(content: bytes) -> Image.Image:
    """The first frame, upright, at least as large as needed and not much larger, without metadata."""
    with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
        _require_bounds(image)
        longest = max(image.size)
        wanted = [max(1, side * PICTURE_SIDE // longest) for side in image.size]
        image.draft(None, (wanted[0], wanted[1]))
        image.load()
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
        reduced = _reduced(image)
    reduced.getexif()[ExifTags.Base.Orientation] = orientation
    ImageOps.exif_transpose(reduced, in_place=True)
    return reduced


def _require_bounds(image: Image.Image) -> None:
    """Refuses by what the header says, before anything is decoded."""
    most_pixels = min(MOST_PIXELS, DECODING_MEMORY // _bytes_per_pixel(image))
    if image.width * image.height > most_pixels:
        raise _too_many_pixels(most_pixels)
    if getattr(image, "n_frames", 1) > MOST_FRAMES:
        raise RefusedFile("picture_too_many_frames", f"a picture has at most {MOST_FRAMES} frames")


def _too_many_pixels(most: int) -> RefusedFile:
    detail = f"a picture of this kind has at most {most // 1_000_000} megapixels"
    return RefusedFile("picture_too_many_pixels", detail)


def _bytes_per_pixel(image: Image.Image) -> int:
    if image.info.get("progressive"):
        return _BYTES_PER_PIXEL_PROGRESSIVE
    return _BYTES_PER_PIXEL.get(image.format or "", max(_BYTES_PER_PIXEL.values()))


def _reduced(image: Image.Image) -> Image.Image:
    """The picture in full colour, scaled by a whole number to the wanted size or up to twice that.

    Done in bands, because converting a large picture at once would double the memory that it takes.
    """
    mode = "RGBA" if image.has_transparency_data else "RGB"
    factor = -(-max(image.size) // (2 * PICTURE_SIDE))
    reduced = Image.new(mode, (-(-image.width // factor), -(-image.height // factor)))
    for top in range(0, reduced.height, _BAND_HEIGHT):
        bottom = min((top + _BAND_HEIGHT) * factor, image.height)
        band = image.crop((0, top * factor, image.width, bottom))
        reduced.paste(_full_colour(band, mode).reduce(factor), (0, top))
    return reduced


def _full_colour(image: Image.Image, mode: str) -> Image.Image:
    if image.mode == "I;16":  # conversion would cut off what is above 255 instead of scaling
        image = image.point(lambda value: value / 256).convert("L")
    return image.convert(mode)


def _encoded(picture: Image.Image) -> Picture:
    picture.thumbnail((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.LANCZOS)
    width, height = picture.size
    content = _webp(picture)
    picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.LANCZOS)
    return Picture("image/webp", width, height, content, _webp(picture))


def _webp(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.save(target, "WEBP", quality=82, method=4)
    return target.getvalue()
