"""The names of Keras' layers and functions that are no operations, by the way in which they treat cells."""

from __future__ import annotations

# fmt: off
CELLWISE = [
    "Activation", "ReLU", "LeakyReLU", "PReLU", "ELU", "BatchNormalization",
    "Dropout", "SpatialDropout1D",
    "SpatialDropout2D", "SpatialDropout3D", "GaussianNoise", "GaussianDropout", "AlphaDropout",
    "ActivityRegularization", "Rescaling", "Normalization", "Identity", "Relu", "Relu6", "Sigmoid", "Silu",
    "Swish", "Gelu", "Tanh", "Elu", "Selu", "Celu", "LeakyRelu", "HardSigmoid", "HardSilu", "HardSwish",
    "HardTanh", "Softplus", "Softsign", "LogSigmoid", "Mish", "Abs", "Absolute", "Exp", "Log", "Sqrt", "Rsqrt",
    "Square", "Negative", "Clip", "Sign", "Cast", "Floor", "Ceil", "Round", "Erf", "Embedding",
]
# fmt: on
JOINS = {
    **dict.fromkeys(("Add", "Subtract", "Average"), "sum"),
    **dict.fromkeys(("Multiply", "Divide", "TrueDivide"), "product"),
    **dict.fromkeys(("Maximum", "Minimum", "Power", "Where"), "combination"),
    **dict.fromkeys(("Greater", "GreaterEqual", "Less", "LessEqual", "Equal", "NotEqual"), "combination"),
    **dict.fromkeys(("LogicalAnd", "LogicalOr"), "combination"),
    "Concatenate": "concatenation",
}
REDUCED = ["Mean", "Max", "Min", "Sum", "Prod", "Var", "Std", "Norm", "Logsumexp", "Argmax", "Argmin", "Any", "All"]
