// A keyword argument has a type of its own: no text, no call of a layer.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto border = scope("net", conv2d(4, {3, 3}, "conv", padding = SAME));
inline constexpr auto normalizes = arg_scope<conv2d>(normalizer_fn = batch_norm)(conv2d(4, {3, 3}, "conv"));
inline constexpr auto activates = conv2d(4, {3, 3}, "conv", activation_fn = relu);
#else
inline constexpr auto border = scope("net", conv2d(4, {3, 3}, "conv", padding = "SAME"));
inline constexpr auto normalizes = arg_scope<conv2d>(normalizer_fn = batch_norm())(conv2d(4, {3, 3}, "conv"));
inline constexpr auto activates = conv2d(4, {3, 3}, "conv", activation_fn = "relu");
#endif

inline constexpr long parameters[] = {parameter_count<border, input<8, 8, 3>>, parameter_count<normalizes, input<8, 8, 3>>,
                                      parameter_count<activates, input<8, 8, 3>>};
