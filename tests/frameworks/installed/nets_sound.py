"""Nets for sequences: TCN, WaveNet and keyword spotting."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F

# --- TCN and WaveNet


class Chomp1d(nn.Module):
    def __init__(self, chomp_size):
        super().__init__()
        self.chomp_size = chomp_size

    def forward(self, x):
        return x[:, :, : -self.chomp_size].contiguous()


class TemporalBlock(nn.Module):
    def __init__(self, inside, outside, kernel, dilation):
        super().__init__()
        pad = (kernel - 1) * dilation
        norm = nn.utils.parametrizations.weight_norm
        self.net = nn.Sequential(
            norm(nn.Conv1d(inside, outside, kernel, padding=pad, dilation=dilation)),
            Chomp1d(pad),
            nn.ReLU(),
            nn.Dropout(0.2),
            norm(nn.Conv1d(outside, outside, kernel, padding=pad, dilation=dilation)),
            Chomp1d(pad),
            nn.ReLU(),
            nn.Dropout(0.2),
        )
        self.downsample = nn.Conv1d(inside, outside, 1) if inside != outside else None
        self.relu = nn.ReLU()

    def forward(self, x):
        res = x if self.downsample is None else self.downsample(x)
        return self.relu(self.net(x) + res)


def tcn(width=25, levels=4, kernel=3):
    return nn.Sequential(*(TemporalBlock(width if n else 2, width, kernel, 2**n) for n in range(levels)))


class WaveNet(nn.Module):
    """Gated dilated convolutions, each padded at the start alone, with residuals and summed skips."""

    def __init__(self, width=16, layers=6):
        super().__init__()
        self.start = nn.Conv1d(1, width, 1)
        self.gated = nn.ModuleList(nn.Conv1d(width, 2 * width, 2, dilation=2**n) for n in range(layers))
        self.residual = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in range(layers))
        self.skip = nn.ModuleList(nn.Conv1d(width, width, 1) for _ in range(layers))
        self.end = nn.Sequential(nn.ReLU(), nn.Conv1d(width, width, 1), nn.ReLU(), nn.Conv1d(width, 8, 1))

    def forward(self, x):
        x, skips = self.start(x), 0
        for gated, residual, skip in zip(self.gated, self.residual, self.skip, strict=True):
            a, b = gated(F.pad(x, (gated.dilation[0], 0))).chunk(2, dim=1)
            y = torch.tanh(a) * torch.sigmoid(b)
            skips = skips + skip(y)
            x = x + residual(y)
        return self.end(skips)


def wavenet(width=16, layers=6):
    return WaveNet(width, layers)


class CroppedWaveNet(nn.Module):
    """No padding: the residual is the end of the input, as long as the convolution's output."""

    def __init__(self, width=8, layers=4):
        super().__init__()
        self.start = nn.Conv1d(1, width, 1)
        self.dilated = nn.ModuleList(nn.Conv1d(width, width, 2, dilation=2**n) for n in range(layers))

    def forward(self, x):
        x = self.start(x)
        for one in self.dilated:
            y = one(x).relu()
            x = y + x[:, :, -y.size(2) :]
        return x


def cropped_wavenet(width=8, layers=4):
    return CroppedWaveNet(width, layers)


class KeywordSpotting(nn.Module):
    """Takes (batch, time), as torchaudio's M5 does after an unsqueeze."""

    def __init__(self, width=32):
        super().__init__()
        self.conv1, self.bn1, self.pool1 = nn.Conv1d(1, width, 80, stride=16), nn.BatchNorm1d(width), nn.MaxPool1d(4)
        self.conv2, self.bn2, self.pool2 = nn.Conv1d(width, width, 3), nn.BatchNorm1d(width), nn.MaxPool1d(4)
        self.fc1 = nn.Linear(width, 10)

    def forward(self, x):
        x = x.unsqueeze(1)
        x = self.pool1(F.relu(self.bn1(self.conv1(x))))
        x = self.pool2(F.relu(self.bn2(self.conv2(x))))
        x = F.avg_pool1d(x, x.shape[-1]).permute(0, 2, 1)
        return F.log_softmax(self.fc1(x), dim=2)


def keyword_spotting(width=32):
    return KeywordSpotting(width)
