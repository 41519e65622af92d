// The networks of examples/own_layers against PyTorch.
#include "examples/own_layers/squeeze_excitation.hpp"
#include "examples/own_layers/transformer.hpp"
#include "examples/own_layers/u_net.hpp"
#include "tests/golden/golden.hpp"

using namespace slim;

namespace {

constexpr auto transformer_net = transformer::classifier(12, 3, 5);
constexpr auto squeeze_excitation_net = squeeze_excitation::classifier(4, 3);
constexpr auto u_net_net = u_net::segmenter(4, 3);

/// Scores while training, loss and all gradients.
template <class Model, text Logits, class Loss>
void compare(const std::string& name, Loss loss, int batch, const std::vector<int>& labels, double tolerance) {
  using T = typename Model::scalar;
  golden::file expected("own_layers_double.txt");
  Model m(seed(1), capacity(batch));
  golden::set_weights(m);
  auto inspect = learning::create_train_op(m, loss, optimizers::keep_gradients{}, capacity(batch));
  const std::vector<T> found{static_cast<T>(inspect(laws::numbers<T>(Model::options::input_extents[0].size() * batch, 1), labels))};
  golden::check<T>("loss", expected[name + ":loss"], found, tolerance);
  if constexpr (Logits.characters[0] != '\0') {
    golden::check<T>("logits", expected[name + ":logits"], inspect.template end_point<Logits>(), tolerance);
  } else {  // the same in inference
    const auto logits = m.predict(laws::numbers<T>(Model::options::input_extents[0].size() * batch, 1));
    golden::check<T>("logits", expected[name + ":logits"], std::span<const T>(logits.data(), static_cast<std::size_t>(logits.size())), tolerance);
  }
  for (int v = 0; v < m.variables(); ++v)
    if (m.variable_trainable(v)) golden::check<T>("gradient of " + m.variable_name(v), expected[m.variable_name(v)], inspect.slot_values(v), tolerance);
}

std::vector<int> classes_of(int count, int classes) {
  std::vector<int> labels;
  for (int i = 0; i < count; ++i) labels.push_back((3 * i + 1) % classes);
  return labels;
}

}  // namespace

TEST_CASE("a transformer of functions of tensors computes what it does in PyTorch") {
  compare<model<transformer_net, input<7, 6>, precision<double>>, "">("transformer", losses::sparse_softmax_cross_entropy, 3, classes_of(3, 5), 1e-13);
  compare<model<transformer_net, input<7, 6>>, "">("transformer", losses::sparse_softmax_cross_entropy, 3, classes_of(3, 5), 3e-6);
}
TEST_CASE("a residual net with squeeze and excitation computes what it does in PyTorch") {
  using net = model<squeeze_excitation_net, input<5, 7, 2>, precision<double>, keep<"se_resnet/logits">>;
  compare<net, "se_resnet/logits">("squeeze_excitation", losses::sparse_softmax_cross_entropy, 4, classes_of(4, 3), 1e-13);
}
TEST_CASE("a U-Net with pixels to ignore computes what it does in PyTorch") {
  std::vector<int> pixels;
  for (int i = 0; i < 3 * 63; ++i) pixels.push_back(i % 5 == 0 ? 255 : (2 * i + i / 7) % 3);
  compare<model<u_net_net, input<7, 9, 2>, precision<double>>, "">("u_net", losses::sparse_softmax_cross_entropy_ignoring<255>, 3, pixels, 1e-13);
}
