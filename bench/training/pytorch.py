"""LeNet's training pass in PyTorch: the peer of bench/training/borde.ts.

Run with the system's python3 (Debian: python3-torch). Prints one JSON line with the CPU time of a step of 64 images
with Adam on one thread, the minimum over several blocks of steps. MALLOC_MMAP_MAX_=0 and MALLOC_TRIM_THRESHOLD_ keep
glibc from returning every tensor to the system, which would make PyTorch several times slower.
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

folder, steps, blocks = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
torch.set_num_threads(1)
torch.manual_seed(1)


def read_idx(name):
    data = open(f"{folder}/{name}", "rb").read()
    rank = data[3]
    shape = struct.unpack(f">{rank}I", data[4:4 + 4 * rank])
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape).copy()


images = torch.tensor(read_idx("train-images-idx3-ubyte")).float().div_(255).unsqueeze(1)
labels = torch.tensor(read_idx("train-labels-idx1-ubyte").astype(np.int64))


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 32, 3)
        self.conv2 = nn.Conv2d(32, 64, 3)
        self.dense1 = nn.Linear(1600, 128)
        self.dense2 = nn.Linear(128, 10)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.conv1(x)), 2)
        x = F.max_pool2d(F.relu(self.conv2(x)), 2)
        return self.dense2(F.relu(self.dense1(x.flatten(1))))


network = LeNet().to(memory_format=torch.channels_last)
optimizer = torch.optim.Adam(network.parameters(), 1e-3)
order = torch.randperm(len(images))


def block():
    start = time.process_time()
    for step in range(steps):
        batch = order[step * 64:(step + 1) * 64]
        optimizer.zero_grad()
        loss = F.cross_entropy(network(images[batch].to(memory_format=torch.channels_last)), labels[batch])
        loss.backward()
        optimizer.step()
    return (time.process_time() - start) / steps * 1000


block()
print(json.dumps({"version": torch.__version__, "msPerStep": min(block() for _ in range(blocks))}))
