// Embeddings of another length cannot be compared.
#include "slim/slim.hpp"
using namespace slim;

inline constexpr auto net = [](tensor labels, tensor a, tensor b) {
#ifdef REPAIRED
  return losses::npairs_loss(labels, a, slice(b, {0}, {3}));
#else
  return losses::npairs_loss(labels, a, b);
#endif
};

void train(const std::vector<float>& x) {
  model<net, input<>, input<3>, input<4>> m{seed(1)};
  m.predict(x, x, x);
}
