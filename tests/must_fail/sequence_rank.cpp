// A recurrent layer reads a sequence, and one without return_sequences gives its last step only.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto net = scope("net", lstm(4, "first", return_sequences = true) >> gru(3, "second"));
#else
inline constexpr auto net = scope("net", lstm(4, "first") >> gru(3, "second"));
#endif

void predict(const std::vector<float>& x) {
  model<net, input<8, 2>> m{seed(1)};
  m.predict(x);
}
