"""Real nets, written out as torchvision and torch.hub have them, and narrow where `width` says so."""

from __future__ import annotations

import math

import torch
from nets_image import conv_norm, densenet, mobilenet_v2, resnet18, resnet50, unet, vgg16
from nets_sound import cropped_wavenet, keyword_spotting, tcn, wavenet
from torch import nn
from torch.nn import functional as F


class InceptionA(nn.Module):
    def __init__(self, inside, w):
        super().__init__()
        self.branch1x1 = conv_norm(inside, w, 1)
        self.branch5x5 = nn.Sequential(conv_norm(inside, w, 1), conv_norm(w, w, 5))
        self.branch3x3dbl = nn.Sequential(conv_norm(inside, w, 1), conv_norm(w, w, 3), conv_norm(w, w, 3))
        self.branch_pool = conv_norm(inside, w, 1)

    def forward(self, x):
        pool = self.branch_pool(F.avg_pool2d(x, kernel_size=3, stride=1, padding=1))
        return torch.cat([self.branch1x1(x), self.branch5x5(x), self.branch3x3dbl(x), pool], 1)


class InceptionB(nn.Module):
    def __init__(self, inside, w):
        super().__init__()
        self.branch3x3 = conv_norm(inside, w, 3, 2, 0)
        self.branch3x3dbl = nn.Sequential(conv_norm(inside, w, 1), conv_norm(w, w, 3), conv_norm(w, w, 3, 2, 0))

    def forward(self, x):
        pool = F.max_pool2d(x, kernel_size=3, stride=2)
        return torch.cat([self.branch3x3(x), self.branch3x3dbl(x), pool], 1)


class InceptionE(nn.Module):
    """1x3 and 3x1 beside each other, joined within the branch."""

    def __init__(self, inside, w):
        super().__init__()
        self.first = conv_norm(inside, w, 3)
        self.wide = nn.Conv2d(w, w, (1, 3), padding=(0, 1))
        self.high = nn.Conv2d(w, w, (3, 1), padding=(1, 0))

    def forward(self, x):
        x = self.first(x)
        return torch.cat([self.wide(x), self.high(x)], 1)


def inception(w=16):
    return nn.Sequential(
        conv_norm(3, w, 3, 2, 0), InceptionA(w, w), InceptionB(4 * w, w), InceptionE(6 * w, w), nn.Conv2d(2 * w, w, 1)
    )


# --- DeepLab


class ASPPPooling(nn.Sequential):
    def __init__(self, inside, outside):
        super().__init__(
            nn.AdaptiveAvgPool2d(1), nn.Conv2d(inside, outside, 1, bias=False), nn.BatchNorm2d(outside), nn.ReLU()
        )

    def forward(self, x):
        size = x.shape[-2:]
        for module in self:
            x = module(x)
        return F.interpolate(x, size=size, mode="bilinear", align_corners=False)


class ASPP(nn.Module):
    def __init__(self, inside, w, rates=(12, 24, 36), pooling=True):
        super().__init__()
        branches = [conv_norm(inside, w, 1), *(conv_norm(inside, w, 3, dilation=rate) for rate in rates)]
        self.convs = nn.ModuleList(branches + ([ASPPPooling(inside, w)] if pooling else []))
        self.project = nn.Sequential(conv_norm(len(self.convs) * w, w, 1), nn.Dropout(0.5))

    def forward(self, x):
        return self.project(torch.cat([conv(x) for conv in self.convs], dim=1))


def deeplab(w=32, rates=(12, 24, 36), pooling=True):
    return nn.Sequential(
        conv_norm(3, w, 3, 2),
        conv_norm(w, w, 3, dilation=2),
        ASPP(w, w, rates, pooling),
        conv_norm(w, w, 3),
        nn.Conv2d(w, 5, 1),
    )


# --- EfficientNet with TensorFlow's "same"


class Conv2dSame(nn.Conv2d):
    """timm's: the padding follows from the input's size."""

    def forward(self, x):
        ih, iw = x.size()[-2:]
        kh, kw = self.weight.size()[-2:]
        sh, sw = self.stride
        ph = max((math.ceil(ih / sh) - 1) * sh + (kh - 1) * self.dilation[0] + 1 - ih, 0)
        pw = max((math.ceil(iw / sw) - 1) * sw + (kw - 1) * self.dilation[1] + 1 - iw, 0)
        if ph > 0 or pw > 0:
            x = F.pad(x, [pw // 2, pw - pw // 2, ph // 2, ph - ph // 2])
        return F.conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


class SqueezeExcite(nn.Module):
    def __init__(self, channels, squeezed):
        super().__init__()
        self.fc1, self.fc2 = nn.Conv2d(channels, squeezed, 1), nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        scale = F.silu(self.fc1(F.adaptive_avg_pool2d(x, 1)))
        return torch.sigmoid(self.fc2(scale)) * x


class MBConv(nn.Module):
    def __init__(self, inside, outside, kernel, stride, expand, squeeze):
        super().__init__()
        hidden = inside * expand
        self.skip = stride == 1 and inside == outside
        self.expand = Conv2dSame(inside, hidden, 1, bias=False)
        self.bn0 = nn.BatchNorm2d(hidden)
        self.depthwise = Conv2dSame(hidden, hidden, kernel, stride, groups=hidden, bias=False)
        self.bn1 = nn.BatchNorm2d(hidden)
        self.se = SqueezeExcite(hidden, max(1, inside // 4)) if squeeze else nn.Identity()
        self.project = Conv2dSame(hidden, outside, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)

    def forward(self, inputs):
        x = F.silu(self.bn0(self.expand(inputs)))
        x = self.se(F.silu(self.bn1(self.depthwise(x))))
        x = self.bn2(self.project(x))
        return x + inputs if self.skip else x


def efficientnet(width=16, squeeze=True):
    rows = [(1, 3, 1, 1), (2, 3, 2, 6), (2, 3, 1, 6), (3, 5, 2, 6), (3, 5, 1, 6), (4, 3, 2, 6)]
    blocks, inside = [], width
    for factor, kernel, stride, expand in rows:
        blocks.append(MBConv(inside, factor * width, kernel, stride, expand, squeeze))
        inside = factor * width
    stem = nn.Sequential(Conv2dSame(3, width, 3, 2, bias=False), nn.BatchNorm2d(width), nn.SiLU(inplace=True))
    return nn.Sequential(stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(inside, 10))


# --- autoencoder, generator, keyword spotting, ConvNeXt, ShuffleNet, SE by Linear


def autoencoder(width=8):
    return nn.Sequential(
        nn.Conv2d(3, width, 3, 2, 1), nn.ReLU(),
        nn.Conv2d(width, 2 * width, 3, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(2 * width, width, 4, 2, 1), nn.ReLU(),
        nn.ConvTranspose2d(width, 3, 3, 2, 1, output_padding=1), nn.Sigmoid(),
    )  # fmt: skip


class ConvNeXtBlock(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dwconv = nn.Conv2d(dim, dim, 7, padding=3, groups=dim)
        self.norm = nn.LayerNorm(dim)
        self.pwconv1, self.act, self.pwconv2 = nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim)
        self.gamma = nn.Parameter(torch.ones(dim))

    def forward(self, x):
        y = self.dwconv(x).permute(0, 2, 3, 1)
        y = self.gamma * self.pwconv2(self.act(self.pwconv1(self.norm(y))))
        return x + y.permute(0, 3, 1, 2)


def convnext(dim=8):
    return nn.Sequential(
        nn.Conv2d(3, dim, 4, 4),
        ConvNeXtBlock(dim),
        ConvNeXtBlock(dim),
        nn.Conv2d(dim, 2 * dim, 2, 2),
        ConvNeXtBlock(2 * dim),
    )


class ShuffleUnit(nn.Module):
    def __init__(self, channels):
        super().__init__()
        half = channels // 2
        self.branch2 = nn.Sequential(
            conv_norm(half, half, 1), conv_norm(half, half, 3, groups=half, activation=None), conv_norm(half, half, 1)
        )

    def forward(self, x):
        x1, x2 = x.chunk(2, dim=1)
        out = torch.cat((x1, self.branch2(x2)), dim=1)
        batch, channels, height, width = out.size()
        out = out.view(batch, 2, channels // 2, height, width)
        return torch.transpose(out, 1, 2).contiguous().view(batch, channels, height, width)


def shufflenet(width=8):
    return nn.Sequential(
        conv_norm(3, width, 3, 2), nn.MaxPool2d(3, 2, 1), ShuffleUnit(width), ShuffleUnit(width), nn.Conv2d(width, 4, 1)
    )


class SELayer(nn.Module):
    """moskomule's, with Linear layers on the flattened pooling."""

    def __init__(self, channels):
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Sequential(nn.Linear(channels, 2, bias=False), nn.ReLU(True), nn.Linear(2, channels), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        y = self.fc(self.avg_pool(x).view(b, c)).view(b, c, 1, 1)
        return x * y.expand_as(x)


def se_net(width=8):
    return nn.Sequential(conv_norm(3, width, 3), SELayer(width), nn.Conv2d(width, 4, 3))


class OptionA(nn.Module):
    """ResNet for CIFAR: the shortcut takes every second cell and pads channels."""

    def __init__(self, width):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(width, 2 * width, 3, 2, 1), nn.Conv2d(2 * width, 2 * width, 3, 1, 1)
        self.width = width

    def forward(self, x):
        short = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.width // 2, self.width // 2), "constant", 0)
        return F.relu(self.conv2(F.relu(self.conv1(x))) + short)


def resnet_cifar(width=4):
    return nn.Sequential(conv_norm(3, width, 3), OptionA(width), OptionA(2 * width), nn.AvgPool2d(2))


MODELS = {  # name: how it is built, narrow, and the size of an input for it, small
    "resnet18": (lambda: resnet18(2), (64, 64)),
    "resnet50": (lambda: resnet50(1), (64, 64)),
    "vgg16": (lambda: vgg16(1), (64, 64)),
    "unet": (lambda: unet(2, 3), (20, 27)),
    "tcn": (lambda: tcn(3), (40,)),
    "wavenet": (lambda: wavenet(4), (80,)),
    "cropped_wavenet": (lambda: cropped_wavenet(3), (30,)),
    "mobilenet_v2": (lambda: mobilenet_v2(0.1), (64, 64)),
    "densenet": (lambda: densenet(2, (2, 2, 2)), (40, 40)),
    "inception": (lambda: inception(2), (24, 21)),
    "deeplab": (lambda: deeplab(2, (2, 4, 6)), (24, 24)),
    "aspp": (lambda: deeplab(2, (2, 4, 6), pooling=False), (40, 40)),
    "efficientnet": (lambda: efficientnet(2), (33, 40)),
    "efficientnet_without_se": (lambda: efficientnet(2, squeeze=False), (33, 40)),
    "autoencoder": (lambda: autoencoder(2), (16, 12)),
    "keyword_spotting": (lambda: keyword_spotting(2), (2000,)),
    "convnext": (lambda: convnext(2), (32, 40)),
    "shufflenet": (lambda: shufflenet(4), (30, 30)),
    "se_net": (lambda: se_net(2), (9, 8)),
    "resnet_cifar": (lambda: resnet_cifar(2), (17, 16)),
}
