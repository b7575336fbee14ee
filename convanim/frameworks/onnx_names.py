"""The names of ONNX' operators that are no layers, by the way in which they treat cells."""

from __future__ import annotations

DOMAINS = ("", "ai.onnx")  # of ONNX' own operators, which has two names
# fmt: off
CELLWISE = [
    "Relu", "LeakyRelu", "PRelu", "Elu", "Selu", "Celu", "ThresholdedRelu", "Gelu", "Swish", "Mish",
    "HardSwish", "HardSigmoid", "Sigmoid", "Tanh", "Softplus", "Softsign", "Shrink", "Clip", "Abs", "Neg",
    "Exp", "Log", "Sqrt", "Reciprocal", "Sin", "Cos", "Tan", "Erf", "Sign", "Floor", "Ceil", "Round", "Cast",
    "CastLike", "BatchNormalization", "LRN", "QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "Not",
    "IsNaN", "IsInf", "Bernoulli",
]
# fmt: on
JOINS = {
    **dict.fromkeys(("Add", "Sub", "Sum"), "sum"),
    **dict.fromkeys(("Mul", "Div"), "product"),
    **dict.fromkeys(
        ("Max", "Min", "Mean", "Pow", "Where", "Mod", "Greater", "Less", "Equal", "And", "Or"), "combination"
    ),
}
QUIET = (*JOINS, "Concat")  # a network has them
REDUCED = [
    *(
        f"Reduce{name}"
        for name in ("Mean", "Max", "Min", "Sum", "Prod", "L1", "L2", "LogSum", "LogSumExp", "SumSquare")
    ),
    "ArgMax",
    "ArgMin",
]
NORMALISATIONS = [
    "InstanceNormalization",
    "LayerNormalization",
    "GroupNormalization",
    "RMSNormalization",
    "MeanVarianceNormalization",
]
