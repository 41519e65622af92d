// A vector made of a whole sequence is not there step by step.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", lstm(4, "cell") >> flatten("flat") >> softmax("out"));
#else
inline constexpr auto net = scope("net", lstm(4, "cell", return_sequences = true) >> flatten("flat") >> softmax("out"));
#endif

void live(const model<net, input<8, 2>>& m, const std::vector<float>& x) {
  streaming_predictor stream(m);
  stream(x);
}
