// Empty braces are no truth value, a fraction is no count and a truth value no number.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto frozen = fully_connected(4, "frozen", trainable = {false});
inline constexpr auto kept = dropout(1, "kept");
inline constexpr auto counted = fully_connected(num_outputs = 97, "fc");
#else
inline constexpr auto frozen = fully_connected(4, "frozen", trainable = {});
inline constexpr auto kept = dropout(true, "kept");
inline constexpr auto counted = fully_connected(num_outputs = 'a', "fc");
#endif

inline constexpr long parameters[] = {parameter_count<frozen, input<3>>, parameter_count<kept, input<3>>, parameter_count<counted, input<3>>};
