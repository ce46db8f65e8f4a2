"""Operators of a compiled network: arithmetic on tensors, and nothing that touches files.

TorchScript can (`aten::save` writes, `aten::from_file` maps any file), and so can operators that somebody registers.
"""

_OPERATORS = """
    _upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_lanczos2d_aa _upsample_nearest_exact1d
    _upsample_nearest_exact2d _upsample_nearest_exact3d adaptive_avg_pool1d adaptive_avg_pool3d upsample_bicubic2d
    upsample_linear1d upsample_nearest1d upsample_nearest3d upsample_trilinear3d
    _convolution __and__ __contains__ __getitem__ __is__ __isnot__ __not__ __or__ _native_batch_norm_legit
    _native_batch_norm_legit_no_training _softmax _to_copy _unsafe_view abs adaptive_avg_pool2d add add_ addmm alias
    all append arange avg_pool2d batch_norm bitwise_and bmm bool cat chunk clamp clone constant_pad_nd contiguous conv2d
    conv_transpose2d convolution copy_ detach detach_ dim div div_ dropout dropout_ elu empty eq exp expand extend
    flatten flip float floor floordiv format full ge gelu gt hardtanh index index_select instance_norm int interpolate
    item layer_norm le leaky_relu leaky_relu_ len lift_fresh_copy linear list log logical_and logical_not lt matmul max
    max_pool2d max_pool2d_with_indices mean min mm mul mul_ narrow ndim ne neg new_zeros numel ones pad percentFormat
    permute pixel_shuffle pow prelu pop prod reciprocal relu relu_ remainder reshape rsqrt rsub scalar_tensor select
    sigmoid size slice softmax split split_with_sizes sqrt squeeze stack sub sub_ sum sym_size t tanh tensor
    tensor_split to transpose type_as unsqueeze upsample_bilinear2d upsample_nearest2d view where zeros zeros_like
"""

OPERATORS = frozenset(_OPERATORS.split())
"""By the name in `aten`: those of the networks of this collection, and others that compute alike."""

PRIMITIVES = frozenset(
    f"prim.{name}" for name in ("RaiseException", "NumToTensor", "data", "dtype", "device", "is_cuda")
)
"""TorchScript's own, as `ops.NAME` in its code."""
