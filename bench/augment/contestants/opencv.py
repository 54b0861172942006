"""OpenCV, one thread, one call an operation where it has one: the far mark. Speaks the protocol of serve.ts."""
import json
import resource
import sys

import cv2
import numpy as np

cv2.setNumThreads(1)
W = H = 224


def photo():
    """The same pixels as photo.ts makes."""
    state = 1
    values = np.empty(W * H * 3, np.uint8)
    for i in range(values.size):
        x, y = (i // 3) % W, i // 3 // W
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        values[i] = min(((x * y) >> 7) + ((x >> 5) % 2) * 60 + 40 * (i % 3) + (state >> 27), 255)
    return values.reshape(H, W, 3)


image = photo()
levels = np.arange(256)
bright = np.clip(np.floor(levels * 1.2 + 0.5), 0, 255).astype(np.uint8)
gamma = np.floor((levels / 255) ** 0.7 * 255 + 0.5).astype(np.uint8)
turn = cv2.getRotationMatrix2D((W / 2 - 0.5, H / 2 - 0.5), -15, 1)
corners = np.float32([[10, 8], [210, 4], [216, 215], [6, 220]])
lens = cv2.getPerspectiveTransform(corners, np.float32([[0, 0], [W, 0], [W, H], [0, H]]))
sharpen = np.full((3, 3), -0.2, np.float32)
sharpen[1, 1] = 2.6
xs, ys = np.meshgrid(np.arange(W, dtype=np.float32), np.arange(H, dtype=np.float32))


def elastic():
    noise = np.empty((H, W, 2), np.float32)
    cv2.randu(noise, -1, 1)
    field = cv2.GaussianBlur(noise, (33, 33), 4) * 30
    return cv2.remap(image, xs - field[..., 0], ys - field[..., 1], cv2.INTER_LINEAR)


def noise():
    levels_off = np.empty((H, W, 3), np.int16)
    cv2.randn(levels_off, 0, 20)
    return cv2.add(image, levels_off, dtype=cv2.CV_8U)


rows = {
    "rotate": lambda: cv2.warpAffine(image, turn, (W, H)),
    "perspective": lambda: cv2.warpPerspective(image, lens, (W, H)),
    "elastic": elastic,
    "convolve": lambda: cv2.filter2D(image, -1, sharpen),
    "brightness": lambda: cv2.LUT(image, bright),
    "gamma": lambda: cv2.LUT(image, gamma),
    "hflip": lambda: cv2.flip(image, 1),
    "blur": lambda: cv2.GaussianBlur(image, (13, 13), 1.5),
    "noise": noise,
    "halfResize": lambda: cv2.resize(image, (W // 2, H // 2)),
}


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


print(json.dumps({"rows": list(rows)}), flush=True)
for line in sys.stdin:
    ask = json.loads(line)
    run = rows[ask["row"]]
    run()
    start = cpu()
    for _ in range(ask["runs"]):
        run()
    print(json.dumps({"us": (cpu() - start) * 1e6 / ask["runs"]}), flush=True)
