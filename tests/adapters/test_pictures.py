"""Uploaded pictures are drawn anew: bounded, upright, and free of all that is not picture."""

import io
import struct
import subprocess
import sys
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from adapters.pictures.encoder import WebpEncoder
from core.ports.files import RefusedFile

encode = WebpEncoder().encode

RED = (220, 30, 30)
BLUE = (30, 30, 220)
FORMATS = ["JPEG", "PNG", "WEBP", "GIF", "AVIF"]


def file_of(image: Image.Image, name: str, **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, name, **options)
    return target.getvalue()


def red_left_blue_right(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), RED)
    image.paste(BLUE, (width // 2, 0, width, height))
    return image


def shown(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content), formats=("WEBP",))


def is_like(image: Image.Image, place: tuple[int, int], colour: tuple[int, int, int]) -> bool:
    pixel = image.convert("RGB").getpixel(place)
    assert isinstance(pixel, tuple)
    return all(abs(is_now - was) < 25 for is_now, was in zip(pixel, colour, strict=True))


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size, and ends before any of its pixels."""
    fields = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + fields + struct.pack(">I", zlib.crc32(fields))
    return b"\x89PNG\r\n\x1a\n" + header + struct.pack(">I", 1_000) + b"IDAT"


def refusal_of(content: bytes) -> str:
    with pytest.raises(RefusedFile) as refusal:
        encode(content)
    return refusal.value.code


@pytest.mark.parametrize("name", FORMATS)
def test_every_usual_format_becomes_a_bounded_webp_with_a_thumbnail(name: str) -> None:
    picture = encode(file_of(red_left_blue_right(4000, 1000), name))
    image, thumbnail = shown(picture.content), shown(picture.thumbnail)
    assert picture.media_type == "image/webp"
    assert image.size == (picture.width, picture.height) == (1600, 400)
    assert thumbnail.size == (256, 64)
    for drawn in (image, thumbnail):
        assert is_like(drawn, (5, drawn.height // 2), RED)
        assert is_like(drawn, (drawn.width - 5, drawn.height // 2), BLUE)


@pytest.mark.parametrize("size", [(1, 1), (300, 200), (20_000, 1), (1, 16_000)])
def test_small_and_narrow_pictures_are_not_enlarged(size: tuple[int, int]) -> None:
    picture = encode(file_of(red_left_blue_right(*size), "JPEG"))
    assert (picture.width, picture.height) == (min(size[0], 1600), min(size[1], 1600))


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_a_picture_taken_sideways_is_turned_upright(name: str) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6  # the camera's top is at the right
    picture = encode(file_of(red_left_blue_right(4000, 2000), name, exif=exif.tobytes()))
    image = shown(picture.content)
    assert image.size == (800, 1600)
    assert is_like(image, (400, 5), RED)
    assert is_like(image, (400, 1595), BLUE)


@pytest.mark.promise("S9")
def test_nothing_but_the_picture_survives() -> None:
    secret = "taken at 40.4168, -3.7038"
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = secret
    text = PngImagePlugin.PngInfo()
    text.add_itxt("Comment", secret)
    image = red_left_blue_right(40, 30)
    page = b"<script>alert(1)</script>"
    for content, hidden in [
        (file_of(image, "JPEG", exif=exif.tobytes(), comment=secret), secret.encode()),
        (file_of(image, "PNG", pnginfo=text), secret.encode()),
        (file_of(image, "WEBP", xmp=secret, icc_profile=secret.encode()), secret.encode()),
        (file_of(image, "GIF") + page, page),
    ]:
        assert hidden in content
        picture = encode(content)
        assert hidden not in picture.content + picture.thumbnail
        assert not {"exif", "xmp", "icc_profile"} & shown(picture.content).info.keys()


def test_transparency_is_kept_also_where_a_palette_holds_it() -> None:
    image = Image.new("RGBA", (60, 40), (*RED, 255))
    image.paste((0, 0, 0, 0), (30, 0, 60, 40))
    for content in (file_of(image, "PNG"), file_of(image, "WEBP"), file_of(image, "GIF")):
        alpha = shown(encode(content).content).convert("RGBA").getchannel("A")
        assert (alpha.getpixel((5, 20)), alpha.getpixel((55, 20))) == (255, 0)


@pytest.mark.parametrize(
    ("image", "name", "colour"),
    [
        (Image.new("I;16", (60, 40), 100 * 256), "PNG", (100, 100, 100)),
        (Image.new("1", (60, 40), 1), "PNG", (255, 255, 255)),
        (Image.new("LA", (60, 40), (100, 255)), "PNG", (100, 100, 100)),
        (Image.new("CMYK", (60, 40), (0, 255, 255, 0)), "JPEG", (255, 0, 0)),
    ],
)
def test_unusual_kinds_of_pixel_keep_their_tone(image: Image.Image, name: str, colour: tuple[int, int, int]) -> None:
    assert is_like(shown(encode(file_of(image, name)).content), (30, 20), colour)


@pytest.mark.parametrize("name", ["GIF", "PNG", "WEBP"])
def test_of_up_to_fifty_frames_the_first_is_kept(name: str) -> None:
    frames = [Image.new("RGB", (16, 16), (97 * place % 256, 57 * place % 256, 0)) for place in range(51)]

    def animation(length: int) -> bytes:
        return file_of(frames[0], name, save_all=True, append_images=frames[1:length], duration=40)

    picture = encode(animation(50))
    assert getattr(shown(picture.content), "n_frames", 1) == 1
    assert is_like(shown(picture.content), (8, 8), (0, 0, 0))
    assert refusal_of(animation(51)) == "picture_too_many_frames"


@pytest.mark.parametrize(
    ("width", "height"), [(6_400, 6_400), (10_000, 9_500), (20_000, 20_000), (2_000_000_000, 2_000_000_000)]
)
@pytest.mark.promise("S9")
def test_too_many_pixels_are_refused_by_the_header_alone(width: int, height: int) -> None:
    assert refusal_of(png_header(width, height)) == "picture_too_many_pixels"
    assert refusal_of(png_header(100, 100)) == "picture_unreadable"


@pytest.mark.parametrize(
    ("name", "options"), [("WEBP", {"lossless": True, "method": 0}), ("JPEG", {"progressive": True})]
)
def test_formats_that_need_more_memory_may_have_fewer_pixels(name: str, options: dict[str, object]) -> None:
    content = file_of(Image.new("RGB", (5_000, 5_000), RED), name, **options)
    assert refusal_of(content) == "picture_too_many_pixels"


def test_a_large_photograph_is_accepted() -> None:
    picture = encode(file_of(Image.new("RGB", (7_000, 5_000), RED), "JPEG"))
    assert (picture.width, picture.height) == (1600, 1143)


def test_too_many_bytes_are_refused() -> None:
    content = file_of(red_left_blue_right(40, 30), "PNG")
    assert encode(content + bytes(10_000_000 - len(content))).width == 40
    assert refusal_of(content + bytes(10_000_001 - len(content))) == "picture_too_large"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b'<svg xmlns="http://www.w3.org/2000/svg"/>', id="svg"),
        pytest.param(b"<html><img></html>", id="html"),
        pytest.param(file_of(red_left_blue_right(40, 30), "BMP"), id="bmp"),
        pytest.param(file_of(red_left_blue_right(40, 30), "TIFF"), id="tiff"),
        pytest.param(file_of(red_left_blue_right(400, 300), "JPEG")[:900], id="half a jpeg"),
        pytest.param(file_of(red_left_blue_right(400, 300), "PNG")[:200], id="half a png"),
    ],
)
@pytest.mark.promise("S9")
def test_what_is_no_sound_picture_is_refused_with_one_error(content: bytes) -> None:
    assert refusal_of(content) == "picture_unreadable"


def test_what_pillow_only_warns_of_is_refused(tmp_path: Path) -> None:
    """In a process of its own, because the test runner makes every warning an error anyway."""
    name_of_maker_beyond_the_end = b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x0f\0\2\0\0\xff\xff\0\0\0\x1a"
    photograph = tmp_path / "photograph.jpg"
    photograph.write_bytes(file_of(red_left_blue_right(40, 30), "JPEG", exif=name_of_maker_beyond_the_end))
    script = (
        "import pathlib, sys; from adapters.pictures.encoder import WebpEncoder;"
        "WebpEncoder().encode(pathlib.Path(sys.argv[1]).read_bytes())"
    )
    outcome = subprocess.run([sys.executable, "-c", script, photograph], capture_output=True, text=True, check=False)
    assert "RefusedFile" in outcome.stderr.splitlines()[-1]


@pytest.mark.promise("B11", "S9")
@settings(deadline=None)
@given(st.sampled_from(FORMATS), st.data())
def test_a_damaged_picture_is_drawn_or_refused_and_nothing_else(name: str, data: st.DataObject) -> None:
    content = bytearray(file_of(red_left_blue_right(40, 30), name))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    with suppress(RefusedFile):
        assert encode(bytes(content)).width >= 1
