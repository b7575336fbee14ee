"""The names of PyTorch's functions that are no layers, by the way in which they treat cells."""

from __future__ import annotations

# fmt: off
CELLWISE = [
    "relu", "relu6", "elu", "selu", "celu", "leaky_relu", "prelu", "rrelu", "gelu", "silu", "mish", "hardswish",
    "hardsigmoid", "hardtanh", "sigmoid", "tanh", "softplus", "softsign", "softshrink", "tanhshrink",
    "hardshrink", "logsigmoid", "log_sigmoid", "threshold", "abs", "neg", "exp", "log", "log1p", "log2",
    "log10", "expm1", "sqrt", "rsqrt", "square", "sin", "cos", "erf", "sign", "reciprocal", "round", "floor",
    "ceil", "batch_norm", "local_response_norm", "to", "type", "float", "half", "double", "bfloat16", "type_as",
    "nan_to_num", "channel_shuffle", "native_channel_shuffle", "logical_not", "isnan", "quantize_per_tensor",
    "dequantize", "fake_quantize_per_tensor_affine", "positive", "logit", "sinh", "cosh", "tan", "atan",
    "_batch_norm_no_training", "_native_batch_norm_legit_no_training", "native_batch_norm", "_to_copy",
]
# fmt: on
# fmt: off
ALIASES = [
    "contiguous", "clone", "detach", "cpu", "cuda", "requires_grad", "dropout", "dropout1d", "dropout2d",
    "dropout3d", "alpha_dropout", "feature_dropout", "feature_alpha_dropout", "get_data", "get_real",
    "identity", "lift_fresh", "alias", "_assert_tensor_metadata",
]
# fmt: on
# fmt: off
CONSTANTS = [
    "zeros_like", "ones_like", "empty_like", "full_like", "rand_like", "randn_like", "new_zeros", "new_ones",
    "new_empty", "new_full", "new_tensor", "get_grad", "get_grad_fn",
]
# fmt: on
JOINS = {
    **dict.fromkeys(("add", "sub", "radd", "rsub", "subtract"), "sum"),
    **dict.fromkeys(("mul", "rmul", "multiply", "div", "divide", "truediv", "rtruediv", "true_divide"), "product"),
    **dict.fromkeys(("maximum", "minimum", "where", "lerp", "addcmul", "addcdiv", "pow", "rpow"), "combination"),
    **dict.fromkeys(("clamp", "clip", "clamp_min", "clamp_max", "masked_fill"), "combination"),
    **dict.fromkeys(("gt", "lt", "ge", "le", "eq", "ne", "logical_and", "logical_or"), "combination"),
    **dict.fromkeys(("floordiv", "mod", "fmod", "remainder", "fmax", "fmin", "atan2"), "combination"),
}
# of further tensors, these take the shape or the type alone
SHAPES_ONLY = ["to", "type_as", "view_as", "reshape_as", "expand_as"]
# by their whole names: what tells Python of the values
# fmt: off
LOOKS = [
    "__bool__", "__int__", "__float__", "__index__", "__complex__", "__array__", "item", "tolist", "numpy",
    "is_nonzero", "equal", "allclose",
]
# fmt: on
