// TF-Slim's calls may end in a padding: here that would be the layer's name, in silence. What others have made of a recurrent layer's steps has no last state.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto padded = conv2d(4, {3, 3}, 2, padding = VALID);
#else
inline constexpr auto padded = conv2d(4, {3, 3}, 2, "VALID");
#endif

inline constexpr auto cut = [](tensor x) {
  const tensor y = lstm(4, "cell", return_sequences = true, return_state = true)(x);
#ifdef REPAIRED
  return last_state(y);
#else
  return last_state(slice(y, {0, 0}, {3, -1}));
#endif
};

inline constexpr long parameters[] = {parameter_count<padded, input<8, 8, 3>>, parameter_count<cut, input<8, 2>>};
