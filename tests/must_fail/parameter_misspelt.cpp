// param_initializers and param_regularizers name parameters that the layer has.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = batch_norm("norm", scale = true, param_initializers = {{"gamma", zeros}});
#else
inline constexpr auto net = batch_norm("norm", scale = true, param_initializers = {{"gama", zeros}});
#endif

static_assert(variable_count<net, input<3>> == 4);
