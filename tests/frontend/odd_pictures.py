"""Pictures of a tag in forms that decoders stumble over."""

from __future__ import annotations

import zlib
from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.drivers.tag_picture import draw_tag, encode


def grey_with_a_transparent_value() -> bytes:
    """A PNG of 16-bit grey in which one value is transparent (tRNS)."""
    values = np.asarray(draw_tag("CW2288-111").convert("L")).astype(np.uint16) * 257
    data = encode(Image.fromarray(values))
    name, content = b"tRNS", (1).to_bytes(2, "big")
    chunk = len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")
    end_of_header = 33
    return data[:end_of_header] + chunk + data[end_of_header:]


def animation() -> bytes:
    """A WebP whose first frame is the tag."""
    tag = draw_tag("CW2288-111")
    return encode(tag, "WEBP", save_all=True, append_images=[Image.new("RGB", tag.size, "navy")], lossless=True)


# Files by what is odd about them; all show the same tag, but for the HEIC, which is drawn and holds no text.
ODD_PICTURES = {
    "16-bit grey with transparency": grey_with_a_transparent_value(),
    "CMYK": encode(draw_tag("CW2288-111").convert("CMYK"), "JPEG", quality=95),
    "HEIC": (Path(__file__).parent / "pictures" / "turned.heic").read_bytes(),
    "animation": animation(),
    "large ICC profile": encode(draw_tag("CW2288-111"), "JPEG", icc_profile=bytes(1_900_000)),
    "palette": encode(draw_tag("CW2288-111").quantize(8)),
    "transparency": encode(draw_tag("CW2288-111").convert("RGBA")),
}
