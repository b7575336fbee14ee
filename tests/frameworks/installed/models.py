"""Real nets, written out as torchvision and torch.hub have them, and narrow where `width` says so."""

from __future__ import annotations

import math

import torch
from torch import nn
from torch.nn import functional as F


def conv_norm(inside, outside, kernel, stride=1, padding=None, groups=1, activation=nn.ReLU, dilation=1):
    padding = (kernel - 1) // 2 * dilation if padding is None else padding
    layers = [
        nn.Conv2d(inside, outside, kernel, stride, padding, dilation, groups, bias=False),
        nn.BatchNorm2d(outside),
    ]
    return nn.Sequential(*layers, *([activation(inplace=True)] if activation else []))


# --- ResNet


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, inside, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    expansion = 4

    def __init__(self, inside, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, block, layers, width=64, classes=1000):
        super().__init__()
        self.inside = width
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._layer(block, width, layers[0], 1)
        self.layer2 = self._layer(block, width * 2, layers[1], 2)
        self.layer3 = self._layer(block, width * 4, layers[2], 2)
        self.layer4 = self._layer(block, width * 8, layers[3], 2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(width * 8 * block.expansion, classes)

    def _layer(self, block, planes, blocks, stride):
        downsample = None
        if stride != 1 or self.inside != planes * block.expansion:
            downsample = conv_norm(self.inside, planes * block.expansion, 1, stride, activation=None)
        layers = [block(self.inside, planes, stride, downsample)]
        self.inside = planes * block.expansion
        return nn.Sequential(*layers, *(block(self.inside, planes) for _ in range(1, blocks)))

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(self.avgpool(x), 1))


def resnet18(width=64):
    return ResNet(BasicBlock, [2, 2, 2, 2], width)


def resnet50(width=64):
    return ResNet(Bottleneck, [3, 4, 6, 3], width)


# --- VGG


class VGG(nn.Module):
    def __init__(self, width=64):
        super().__init__()
        layers, inside = [], 3
        for v in (1, 1, "M", 2, 2, "M", 4, 4, 4, "M", 8, 8, 8, "M", 8, 8, 8, "M"):
            if v == "M":
                layers.append(nn.MaxPool2d(2, 2))
            else:
                layers += [nn.Conv2d(inside, v * width, 3, padding=1), nn.ReLU(inplace=True)]
                inside = v * width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(nn.Linear(inside * 49, 10), nn.ReLU(True), nn.Dropout(), nn.Linear(10, 10))

    def forward(self, x):
        return self.classifier(torch.flatten(self.avgpool(self.features(x)), 1))


def vgg16(width=64):
    return VGG(width)


# --- U-Net


class DoubleConv(nn.Module):
    def __init__(self, inside, outside):
        super().__init__()
        self.double_conv = nn.Sequential(conv_norm(inside, outside, 3), conv_norm(outside, outside, 3))

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    """milesial's: what the strides rounded away is padded before the concatenation."""

    def __init__(self, inside, outside, pads):
        super().__init__()
        self.up = nn.ConvTranspose2d(inside, inside // 2, 2, stride=2)
        self.conv = DoubleConv(inside, outside)
        self.pads = pads

    def forward(self, x1, x2):
        x1 = self.up(x1)
        if self.pads:
            y, x = x2.size()[2] - x1.size()[2], x2.size()[3] - x1.size()[3]
            x1 = F.pad(x1, [x // 2, x - x // 2, y // 2, y - y // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    def __init__(self, width=64, depth=4, pads=True):
        super().__init__()
        self.inc = DoubleConv(3, width)
        self.down = nn.ModuleList(
            nn.Sequential(nn.MaxPool2d(2), DoubleConv(width << n, width << n + 1)) for n in range(depth)
        )
        self.up = nn.ModuleList(Up(width << n + 1, width << n, pads) for n in reversed(range(depth)))
        self.outc = nn.Conv2d(width, 1, 1)

    def forward(self, x):
        kept = [self.inc(x)]
        for down in self.down:
            kept.append(down(kept[-1]))
        x = kept.pop()
        for up in self.up:
            x = up(x, kept.pop())
        return self.outc(x)


def unet(width=64, depth=4, pads=True):
    return UNet(width, depth, pads)


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


# --- MobileNetV2, DenseNet, Inception


class InvertedResidual(nn.Module):
    def __init__(self, inside, outside, stride, expand):
        super().__init__()
        hidden = inside * expand
        self.use_res_connect = stride == 1 and inside == outside
        layers = [conv_norm(inside, hidden, 1, activation=nn.ReLU6)] if expand != 1 else []
        layers += [
            conv_norm(hidden, hidden, 3, stride, groups=hidden, activation=nn.ReLU6),
            nn.Conv2d(hidden, outside, 1, bias=False),
            nn.BatchNorm2d(outside),
        ]
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.conv(x) if self.use_res_connect else self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, width=1.0):
        super().__init__()

        def wide(n):
            return max(2, int(n * width))

        settings = [
            (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
        ]  # fmt: skip
        features, inside = [conv_norm(3, wide(32), 3, 2, activation=nn.ReLU6)], wide(32)
        for expand, channels, count, stride in settings:
            for n in range(count):
                features.append(InvertedResidual(inside, wide(channels), stride if n == 0 else 1, expand))
                inside = wide(channels)
        features.append(conv_norm(inside, wide(1280), 1, activation=nn.ReLU6))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(wide(1280), 10))

    def forward(self, x):
        x = nn.functional.adaptive_avg_pool2d(self.features(x), (1, 1))
        return self.classifier(torch.flatten(x, 1))


def mobilenet_v2(width=1.0):
    return MobileNetV2(width)


class DenseLayer(nn.Module):
    def __init__(self, inside, growth):
        super().__init__()
        self.norm1, self.relu1 = nn.BatchNorm2d(inside), nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(inside, 4 * growth, 1, bias=False)
        self.norm2, self.relu2 = nn.BatchNorm2d(4 * growth), nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(4 * growth, growth, 3, padding=1, bias=False)

    def forward(self, features):
        x = self.conv1(self.relu1(self.norm1(torch.cat(features, 1))))
        return self.conv2(self.relu2(self.norm2(x)))


class DenseBlock(nn.ModuleDict):
    def __init__(self, layers, inside, growth):
        super().__init__()
        for n in range(layers):
            self.add_module(f"denselayer{n + 1}", DenseLayer(inside + n * growth, growth))

    def forward(self, x):
        features = [x]
        for layer in self.values():
            features.append(layer(features))
        return torch.cat(features, 1)


class DenseNet(nn.Module):
    def __init__(self, growth=32, blocks=(6, 12, 24, 16)):
        super().__init__()
        inside = 2 * growth
        layers = [nn.Conv2d(3, inside, 7, 2, 3, bias=False), nn.BatchNorm2d(inside), nn.ReLU(inplace=True)]
        layers.append(nn.MaxPool2d(3, 2, 1))
        for n, count in enumerate(blocks):
            layers.append(DenseBlock(count, inside, growth))
            inside += count * growth
            if n + 1 < len(blocks):
                layers += [nn.BatchNorm2d(inside), nn.ReLU(inplace=True), nn.Conv2d(inside, inside // 2, 1, bias=False)]
                layers.append(nn.AvgPool2d(2, 2))
                inside //= 2
        self.features = nn.Sequential(*layers, nn.BatchNorm2d(inside))
        self.classifier = nn.Linear(inside, 10)

    def forward(self, x):
        out = F.relu(self.features(x), inplace=True)
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(out, (1, 1)), 1))


def densenet(growth=32, blocks=(6, 12, 24, 16)):
    return DenseNet(growth, blocks)


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
