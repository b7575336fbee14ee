"""Nets for images with skips: ResNet, VGG, U-Net, MobileNetV2 and DenseNet."""

from __future__ import annotations

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
