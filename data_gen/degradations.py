"""Degrades print as press, tag and camera do. Pictures are float32 arrays (H, W), 0 = black, 1 = white.

Every function takes its random generator, leaves its input alone, and returns a float32 array of the same shape unless
its docstring says otherwise. Blur and random crops matter most for TRBA (Baek et al., "What If We Only Use Real
Datasets", CVPR 2021).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.float32]
Generator = np.random.Generator

cv2.setNumThreads(1)  # every core has a rendering process; threads within it would only compete


def low_frequency(rng: Generator, shape: tuple[int, int], cells: tuple[int, int]) -> Picture:
    """Smooth noise of the given shape in about [-1, 1], `cells` (rows, columns) bumps across."""
    small = rng.uniform(-1, 1, cells).astype(np.float32)
    return cv2.resize(small, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)


def fine_noise(rng: Generator, shape: tuple[int, int]) -> Picture:
    """Gaussian noise, standard deviation 1."""
    return rng.standard_normal(shape, dtype=np.float32)


def weave(rng: Generator, shape: tuple[int, int], h: float) -> Picture:
    """A cloth surface in about [-1, 1]: threads of random pitch, direction and regularity; `h` is the text height."""
    height, width = shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    angle = rng.choice([0.0, np.pi / 2, rng.uniform(0, np.pi)]) + rng.uniform(-0.06, 0.06)
    pitch = max(2.0, h / rng.uniform(4, 16))
    wobble = 1.5 * low_frequency(rng, shape, (3, 9))
    along, across = x * np.cos(angle) + y * np.sin(angle) + wobble, -x * np.sin(angle) + y * np.cos(angle) + wobble
    style = rng.integers(4)
    if style == 0:  # ribs
        cloth = np.sin(along * 2 * np.pi / pitch)
    elif style == 1:  # plain weave
        cloth = np.sin(along * 2 * np.pi / pitch) * np.sin(across * 2 * np.pi / (pitch * rng.uniform(0.7, 1.6)))
    elif style == 2:  # twill
        cloth = np.sin((along + across * rng.uniform(0.5, 1.5)) * 2 * np.pi / pitch)
    else:  # pile and knit: short threads side by side
        long, short = pitch * rng.uniform(0.5, 1.2), pitch * rng.uniform(0.12, 0.25)
        sigmas = (short, long) if rng.random() < 0.7 else (long, short)
        cloth = cv2.GaussianBlur(fine_noise(rng, shape), (0, 0), sigmaX=max(0.4, sigmas[0]), sigmaY=max(0.4, sigmas[1]))
        cloth = cloth / max(1e-3, float(cloth.std())) * 0.7
    rough = cv2.GaussianBlur(fine_noise(rng, shape), (0, 0), 0.8)
    return (0.7 * cloth + rng.uniform(0.1, 0.6) * rough).astype(np.float32)


def weight_of_strokes(rng: Generator, ink: Picture) -> Picture:
    """Thinner or bolder print: erosion or dilation by about a pixel."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    changed = cv2.dilate(ink, kernel) if rng.random() < 0.6 else cv2.erode(ink, kernel)
    share = np.float32(rng.uniform(0.3, 1.0))
    return changed * share + ink * (1 - share)


def ink_spread(rng: Generator, ink: Picture) -> Picture:
    """Ink that bleeds: blur, then a hard edge at another level, so that corners round and gaps close."""
    sigma = rng.uniform(0.8, 2.2)
    level = rng.uniform(0.35, 0.6)
    return np.clip((cv2.GaussianBlur(ink, (0, 0), sigma) - level) * 4 + 0.5, 0, 1).astype(np.float32)


def worn_print(rng: Generator, ink: Picture) -> Picture:
    """Ink missing in patches and specks, as on thermal labels and rubbed cloth."""
    patches = low_frequency(rng, ink.shape, (int(rng.integers(3, 9)), int(rng.integers(8, 40))))
    specks = cv2.GaussianBlur(fine_noise(rng, ink.shape), (0, 0), rng.uniform(0.5, 1.5))
    coverage = 1 - rng.uniform(0.2, 0.65) * np.clip(patches * 0.8 + specks * rng.uniform(0.2, 1.2), 0, 1)
    return ink * coverage.astype(np.float32)


def streaks(rng: Generator, ink: Picture) -> Picture:
    """Horizontal or vertical lines without ink: dead elements of a thermal head."""
    out = ink.copy()
    axis = int(rng.integers(2))
    for _ in range(int(rng.integers(1, 5))):
        at = int(rng.integers(ink.shape[axis]))
        rows = slice(at, at + int(rng.integers(1, 3)))
        if axis == 0:
            out[rows] *= np.float32(rng.uniform(0, 0.6))
        else:
            out[:, rows] *= np.float32(rng.uniform(0, 0.6))
    return out


def dots(rng: Generator, ink: Picture, h: float) -> Picture:
    """Dot matrix or coarse inkjet print: the ink stands only on a grid of round dots; `h` is the text height."""
    pitch = max(2.2, h / rng.uniform(8, 15))
    y, x = np.mgrid[0 : ink.shape[0], 0 : ink.shape[1]].astype(np.float32)
    dot = np.cos(x * (2 * np.pi / pitch)) + np.cos(y * (2 * np.pi / pitch))
    grid = np.clip(dot * rng.uniform(0.4, 1.0) + rng.uniform(0.5, 1.1), 0, 1)
    return (cv2.blur(ink, (max(1, int(pitch)), max(1, int(pitch)))) * 0.5 + ink * 0.5) * grid.astype(np.float32)


def woven(rng: Generator, ink: Picture, h: float) -> Picture:
    """Text woven into a label: edges step from thread to thread; `h` is the text height."""
    pitch_x, pitch_y = h / rng.uniform(14, 26), h / rng.uniform(14, 30)
    height, width = ink.shape
    coarse = cv2.resize(
        ink, (max(4, int(width / pitch_x)), max(4, int(height / pitch_y))), interpolation=cv2.INTER_AREA
    )
    coarse = (coarse > rng.uniform(0.35, 0.55)).astype(np.float32)
    threads = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_NEAREST)
    x = np.arange(width, dtype=np.float32)
    shade = 1 - rng.uniform(0, 0.5) * (0.5 + 0.5 * np.sin(x * (2 * np.pi / (pitch_x * 2))))
    return threads * shade.astype(np.float32)[None, :]


def lighting(rng: Generator, picture: Picture, *, glare: bool = False) -> Picture:
    """A gradient, a soft shadow or a spot of glare across the picture."""
    out = picture * (1 + rng.uniform(0.05, 0.35) * low_frequency(rng, picture.shape, (2, int(rng.integers(2, 5)))))
    height, width = picture.shape
    if not glare and rng.random() < 0.15:  # the edge of a shadow
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        angle = rng.uniform(0, 2 * np.pi)
        side = (x - rng.uniform(0, width)) * np.cos(angle) + (y - rng.uniform(0, height)) * np.sin(angle)
        out = out * (1 - rng.uniform(0.2, 0.6) / (1 + np.exp(-side / rng.uniform(1, height))))
    if glare:
        y, x = np.mgrid[0:height, 0:width].astype(np.float32)
        spread = rng.uniform(0.3, 1.5) * height
        spot = np.exp(-((x - rng.uniform(0, width)) ** 2 + (y - rng.uniform(0, height)) ** 2) / (2 * spread**2))
        out = out * (1 - 0.5 * spot) + rng.uniform(0.2, 0.6) * spot
    return out.astype(np.float32)


def motion_blur(rng: Generator, picture: Picture, h: float, scale: float = 1.0) -> Picture:
    """A straight smear of up to a fifth (times `scale`) of the text height `h`, in any direction, mostly sideways."""
    length = max(2.0, h * rng.uniform(0.08, 0.22 * scale))
    angle = rng.uniform(-20, 20) if rng.random() < 0.7 else rng.uniform(0, 180)
    size = (int(length) | 1) + 2
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    reach = np.array([np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))]) * length / 2
    for step in np.linspace(-1, 1, 4 * size):
        x, y = middle + step * reach[0], middle + step * reach[1]
        kernel[round(y), round(x)] += 1
    return cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE)


def defocus(rng: Generator, picture: Picture, h: float, scale: float = 1.0) -> Picture:
    """Gaussian or disc blur of a standard deviation up to a twelfth (times `scale`) of the text height `h`."""
    radius = h * rng.uniform(0.035, 0.085 * scale)
    if rng.random() < 0.6:
        return cv2.GaussianBlur(picture, (0, 0), max(0.4, radius))
    size = max(3, int(radius * 4) | 1)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size)).astype(np.float32)
    return cv2.filter2D(picture, -1, disc / disc.sum(), borderType=cv2.BORDER_REPLICATE)


def low_resolution(rng: Generator, picture: Picture, lowest: float, highest: float) -> Picture:
    """Few pixels: returns a smaller picture, `lowest` to `highest` pixels high (another shape)."""
    height = max(6, round(float(np.exp(rng.uniform(np.log(lowest), np.log(highest))))))
    if height >= picture.shape[0]:
        return picture
    width = max(8, round(picture.shape[1] * height / picture.shape[0]))
    mode = cv2.INTER_AREA if rng.random() < 0.7 else cv2.INTER_LINEAR
    return cv2.resize(picture, (width, height), interpolation=mode)


def sensor_noise(rng: Generator, picture: Picture, deviation: float) -> Picture:
    """Noise of the given standard deviation, sometimes smeared as a phone's denoiser does."""
    noise = fine_noise(rng, picture.shape)
    if rng.random() < 0.4:
        noise = cv2.GaussianBlur(noise, (0, 0), rng.uniform(0.5, 1.2)) * 1.8
    return (picture + np.float32(deviation) * noise).astype(np.float32)


def jpeg(rng: Generator, picture: Picture, worst: int, best: int) -> Picture:
    """JPEG compression at a quality between `worst` and `best`."""
    pixels = (np.clip(picture, 0, 1) * 255).astype(np.uint8)
    done, data = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(worst, best))])
    if not done:
        return picture
    decoded: NDArray[np.uint8] = np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE))
    return decoded.astype(np.float32) / np.float32(255)


def exposure(rng: Generator, picture: Picture) -> Picture:
    """Gamma of the camera's curve."""
    return (np.clip(picture, 0, 1) ** rng.uniform(0.6, 1.7)).astype(np.float32)


def underexposed(rng: Generator, picture: Picture) -> Picture:
    """Dark and flat, in whole steps of 1/255 as a camera stores it."""
    dark = np.clip(picture, 0, 1) * rng.uniform(0.1, 0.5) + rng.uniform(0, 0.12)
    return (np.round(dark * 255) / 255).astype(np.float32)


def sharpen(rng: Generator, picture: Picture) -> Picture:
    """The halo of a phone's sharpening."""
    return picture + np.float32(rng.uniform(0.3, 1.5)) * (
        picture - cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.8, 2))
    )


def eroded(rng: Generator, ink: Picture, h: float) -> Picture:
    """Thin print, worn through in places, so that an 8 has lost a part; `h` is the text height."""
    soft = cv2.GaussianBlur(ink, (0, 0), h * rng.uniform(0.02, 0.045))
    cells = (int(rng.integers(3, 7)), max(3, round(ink.shape[1] / h * rng.uniform(1.0, 3.0))))
    # Relative to what blur leaves of the strokes, so that thin faces are not eaten whole.
    stroke = float(np.median(soft[ink > 0.8])) if (ink > 0.8).any() else 1.0
    level = stroke * (rng.uniform(0.5, 0.64) + rng.uniform(0.05, 0.22) * low_frequency(rng, ink.shape, cells))
    thin = np.clip((soft - level) * rng.uniform(3, 7) + 0.5, 0, 1)
    return np.minimum(thin, ink).astype(np.float32)


def dot_matrix(rng: Generator, ink: Picture, h: float) -> Picture:
    """Print of separate round dots in rows and columns, ten to sixteen to a character; `h` is the text height."""
    height, width = ink.shape
    rows = max(4, round(height / h * rng.uniform(10, 16)))
    columns = max(4, round(width / height * rows * rng.uniform(0.8, 1.2)))
    coarse = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA) > rng.uniform(0.3, 0.45)
    struck = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST)
    y = (np.arange(height, dtype=np.float32) + 0.5) * rows / height % 1 - 0.5
    x = (np.arange(width, dtype=np.float32) + 0.5) * columns / width % 1 - 0.5
    distance = np.hypot(y[:, None], x[None])
    dot = np.clip((rng.uniform(0.36, 0.56) - distance) * 4 + 0.5, 0, 1)
    return (struck * dot).astype(np.float32)


def fax(rng: Generator, ink: Picture, h: float) -> Picture:
    """Coarse black and white lines, with ragged edges and specks; `h` is the text height."""
    height, width = ink.shape
    rows = max(4, round(height / h * rng.uniform(13, 22)))
    columns = max(4, round(width / height * rows * rng.uniform(1.0, 1.9)))
    coarse = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA)
    black = coarse + np.float32(rng.uniform(0.02, 0.16)) * fine_noise(rng, coarse.shape) > rng.uniform(0.35, 0.6)
    black |= rng.random(coarse.shape) < rng.uniform(0, 0.006)
    return cv2.resize(black.astype(np.float32), (width, height), interpolation=cv2.INTER_NEAREST)


def thermal(rng: Generator, ink: Picture, h: float) -> Picture:
    """Thermal print: a fine grid of grey dots, each row and column burnt a little less or more; `h`: text height."""
    height, width = ink.shape
    rows = max(4, round(height / h * rng.uniform(18, 28)))
    columns = max(4, round(width / height * rows))
    coarse = cv2.resize(ink, (columns, rows), interpolation=cv2.INTER_AREA)
    burnt = 1 - rng.uniform(0.1, 0.45) * rng.random((rows, columns), dtype=np.float32)
    burnt *= 1 - rng.uniform(0, 0.4) * rng.random((rows, 1), dtype=np.float32)
    burnt *= 1 - rng.uniform(0, 0.3) * rng.random((1, columns), dtype=np.float32)
    mode = cv2.INTER_NEAREST if rng.random() < 0.5 else cv2.INTER_LINEAR
    return cv2.resize((coarse * burnt).astype(np.float32), (width, height), interpolation=mode)


def glare_on_a_part(rng: Generator, picture: Picture, h: float) -> Picture:
    """A bright spot over one to four characters, in which a tenth to a half of the contrast is left."""
    height, width = picture.shape
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    centre_x, centre_y = rng.uniform(0, width), height / 2 + rng.uniform(-0.4, 0.4) * h
    angle = rng.uniform(0, np.pi)
    along = (x - centre_x) * np.cos(angle) + (y - centre_y) * np.sin(angle)
    across = -(x - centre_x) * np.sin(angle) + (y - centre_y) * np.cos(angle)
    reach = (along / (h * rng.uniform(0.6, 2.0))) ** 2 + (across / (h * rng.uniform(0.4, 1.0))) ** 2
    spot = rng.uniform(0.5, 0.9) / (1 + np.exp((np.sqrt(reach) - 1) * rng.uniform(3, 9)))
    return (picture * (1 - spot) + rng.uniform(0.85, 1.0) * spot).astype(np.float32)


def overexposed(rng: Generator, picture: Picture, h: float) -> Picture:
    """Too much light: bright ground flows into the strokes and is white; `h` is the text height."""
    flowing = np.maximum(picture, cv2.GaussianBlur(picture, (0, 0), h * rng.uniform(0.025, 0.06)))
    ground = max(0.2, float(np.percentile(picture, 80)))
    return np.clip(flowing * np.float32(rng.uniform(1.05, 1.5) / ground), 0, 1).astype(np.float32)


def scanned(rng: Generator, picture: Picture, h: float) -> Picture:
    """A scanner app's picture: light evened out, contrast stretched to black and white, then sharpened.

    Args:
        rng: generator of the choices.
        picture: dark print on a lighter ground.
        h: height of the text, pixels.
    """
    size = max(3, round(1.5 * h)) | 1
    paper = cv2.blur(cv2.dilate(picture, np.ones((size, size), np.uint8)), (size, size))
    even = picture / np.maximum(paper, 0.05)
    darkest = float(np.percentile(even, 3))
    even = (even - darkest) / max(0.05, 1 - darkest)
    # A low level leaves thin strokes, a high one bold strokes; neither may lose or fill them.
    level, steepness = rng.uniform(0.4, 0.7), rng.uniform(6, 16)
    stretched = 1 / (1 + np.exp(np.clip((level - even) * steepness, -30, 30)))
    return np.clip(sharpen(rng, stretched.astype(np.float32)), 0, 1).astype(np.float32)
