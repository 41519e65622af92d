// The strides of a resnet reach its output_stride.
#include "slim/slim.hpp"
#include "slim/nets/resnet_v1.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = nets::make_resnet_v1("small", {{"block1", 1, 1, 2}}, 5, {.output_stride = 8});
#else
inline constexpr auto net = nets::make_resnet_v1("small", {{"block1", 1, 1, 2}}, 5, {.output_stride = 6});
#endif
static_assert(variable_count<net, input<32, 32, 3>> == 12);
