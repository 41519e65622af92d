// Networks of functions of tensors, each trained for some steps on data made here: a transformer, a residual net with squeeze and excitation, a U-Net.
// Fails when one of them does not learn.

#include <cstdio>
#include <vector>

#include <slim/core/number_text.hpp>

#include "own_layers/squeeze_excitation.hpp"
#include "own_layers/transformer.hpp"
#include "own_layers/u_net.hpp"

using namespace slim;

namespace {

struct batch {
  std::vector<float> values;
  std::vector<int> labels;
};

/// A number below `most` for each place: the same data in every run.
int draw(unsigned& state, int most) {
  state = state * 1664525u + 1013904223u;
  return static_cast<int>(state >> 16) % most;
}

constexpr int examples = 32;

/// Sequences of 8 one-hot symbols of 6; the class is the symbol that follows the only 0.
batch sequences(unsigned state) {
  batch made{std::vector<float>(examples * 8 * 6), {}};
  for (int e = 0; e < examples; ++e) {
    const int zero = draw(state, 7);
    for (int t = 0; t < 8; ++t) {
      const int symbol = t == zero ? 0 : 1 + draw(state, 5);
      made.values[static_cast<std::size_t>((e * 8 + t) * 6 + symbol)] = 1;
      if (t == zero + 1) made.labels.push_back(symbol);
    }
  }
  return made;
}

/// Images 12x12 with a bright rectangle: the class is whether it is wide, tall or a square; or the class of each pixel: inside, outside, and 255 for the edge.
batch rectangles(unsigned state, bool by_pixel) {
  batch made{std::vector<float>(examples * 144), {}};
  for (int e = 0; e < examples; ++e) {
    const int kind = draw(state, 3), height = kind == 0 ? 3 : 6, width = kind == 1 ? 3 : 6, top = draw(state, 13 - height), left = draw(state, 13 - width);
    if (!by_pixel) made.labels.push_back(kind);
    for (int i = 0; i < 12; ++i)
      for (int j = 0; j < 12; ++j) {
        const int above = i - top, before = j - left;
        const bool inside = above >= 0 && above < height && before >= 0 && before < width;
        const bool edge = inside && (above == 0 || above == height - 1 || before == 0 || before == width - 1);
        made.values[static_cast<std::size_t>((e * 12 + i) * 12 + j)] = (inside ? 1.0f : 0.0f) + 0.1f * static_cast<float>(draw(state, 7) - 3);
        if (by_pixel) made.labels.push_back(edge ? 255 : inside ? 1 : 0);
      }
  }
  return made;
}

/// Trains and prints the loss at first and at last; true when it fell below a quarter.
template <class Model, class Loss, class Data>
bool learns(const char* name, Loss loss, int steps, const Data& data) {
  Model net{seed(1), capacity(examples)};
  auto train_op = learning::create_train_op(net, loss, optimizers::adam{0.01}, capacity(examples));
  double first = 0, last = 0;
  for (int step = 0; step < steps; ++step) {
    const batch next = data(static_cast<unsigned>(step));
    const double now = train_op(next.values, next.labels);
    if (step == 0) first = now;
    if (step >= steps - 10) last += now / 10;
  }
  std::printf("%-20s %6zu parameters: loss %s at first, %s after %d steps\n", name, net.parameters().size(), fixed_text(first, 3).c_str(),
              fixed_text(last, 3).c_str(), steps);
  return last < first / 4;
}

constexpr auto sequence_net = transformer::classifier(16, 4, 6);
constexpr auto shape_net = squeeze_excitation::classifier(8, 3);
constexpr auto pixel_net = u_net::segmenter(4, 2);

}  // namespace

int main() {
  using losses::sparse_softmax_cross_entropy, losses::sparse_softmax_cross_entropy_ignoring;
  const bool read = learns<model<sequence_net, input<8, 6>>>("transformer", sparse_softmax_cross_entropy, 400, sequences);
  const bool seen = learns<model<shape_net, input<12, 12, 1>>>("squeeze, excitation", sparse_softmax_cross_entropy, 100,
                                                               [](unsigned state) { return rectangles(state, false); });
  const bool found = learns<model<pixel_net, input<12, 12, 1>>>("U-Net", sparse_softmax_cross_entropy_ignoring<255>, 100,
                                                                [](unsigned state) { return rectangles(state, true); });
  return read && seen && found ? 0 : 1;
}
