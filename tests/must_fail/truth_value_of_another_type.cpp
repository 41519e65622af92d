// A keyword that is true or false takes no text, which would be true, and no number; a number is no truth value and no character.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto frozen = fully_connected(4, "frozen", trainable = false);
inline constexpr auto kept = scope("net", fully_connected(4) >> dropout(0.5, is_training = true));
inline constexpr auto centred = fully_connected(4, "fc", normalizer_fn = layer_norm, normalizer_params = params(center = false));
#else
inline constexpr auto frozen = fully_connected(4, "frozen", trainable = "false");
inline constexpr auto kept = scope("net", fully_connected(4) >> dropout(0.5, is_training = 0.5));
inline constexpr auto centred = fully_connected(4, "fc", normalizer_fn = layer_norm, normalizer_params = params(center = "no"));
#endif

inline constexpr long parameters[] = {parameter_count<frozen, input<3>>, parameter_count<kept, input<3>>, parameter_count<centred, input<3>>};
