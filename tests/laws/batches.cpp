#include "tests/laws/gradient_law.hpp"

#include <cstring>

#include "slim/eigen.hpp"

using namespace slim;

namespace {

// No batch_norm: every example is on its own, and the loss is a mean over the examples.
constexpr auto net = conv2d(5, {3, 3}, "conv1", weights_regularizer = l2_regularizer(0.1)) >> max_pool2d({2, 2}, "pool1") >>
                     concat(conv2d(3, {3, 3}, "a", activation_fn = nn::tanh), avg_pool2d({3, 3}, 1, "b", padding = SAME)) >>
                     local_response_normalization("norm") >> flatten("flat") >> fully_connected(9, "fc") >> fully_connected(4, "logits", activation_fn = none);

using image = input<6, 7, 3>;
constexpr long pixels = 6 * 7 * 3;

template <class T>
using model_of = model<net, image, precision<T>>;

template <class T>
struct outcome {
  T loss;
  std::vector<std::vector<T>> gradients;
};

// Loss and gradients of examples [first, first + count).
template <class T>
outcome<T> evaluate(model_of<T>& m, const std::vector<T>& images, const std::vector<int>& labels, long first, long count, long room) {
  auto op = learning::create_train_op(m, losses::sparse_softmax_cross_entropy, optimizers::keep_gradients{}, capacity(room));
  outcome<T> result{op(std::span(images).subspan(static_cast<std::size_t>(first * pixels), static_cast<std::size_t>(count * pixels)),
                       std::span(labels).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count))),
                    {}};
  for (int v = 0; v < m.variables(); ++v) {
    const auto g = op.slot_values(v);
    result.gradients.emplace_back(g.begin(), g.end());
  }
  return result;
}

const std::vector<int> classes{2, 0, 3};

}  // namespace

TEST_CASE("a batch of two is two batches of one") {
  model_of<double> m(seed(3), capacity(2));
  const auto images = laws::numbers(2 * pixels, 1);
  const auto both = evaluate<double>(m, images, classes, 0, 2, 2), first = evaluate<double>(m, images, classes, 0, 1, 2),
             second = evaluate<double>(m, images, classes, 1, 1, 2);
  CHECK(both.loss == doctest::Approx((first.loss + second.loss) / 2).epsilon(1e-13));
  double largest = 0;
  for (std::size_t v = 0; v < both.gradients.size(); ++v)
    for (std::size_t i = 0; i < both.gradients[v].size(); ++i) {
      CHECK(std::abs(both.gradients[v][i] - (first.gradients[v][i] + second.gradients[v][i]) / 2) < 1e-13);
      largest = std::max(largest, std::abs(both.gradients[v][i]));
    }
  CHECK(largest > 0.01);

  const Eigen::MatrixXd together = m.predict(images);
  for (long e = 0; e < 2; ++e) {
    const Eigen::MatrixXd alone = m.predict(std::span(images).subspan(static_cast<std::size_t>(e * pixels), pixels));
    CHECK((together.row(e) - alone).cwiseAbs().maxCoeff() < 1e-13);
  }
}

TEST_CASE("a partial batch computes bit for bit what a full one does") {
  const auto images = laws::numbers<float>(3 * pixels, 2);
  model_of<float> large(seed(3), capacity(5)), exact(seed(3), capacity(3));
  const auto a = evaluate<float>(large, images, classes, 0, 3, 5), b = evaluate<float>(exact, images, classes, 0, 3, 3);
  CHECK(a.loss == b.loss);
  for (std::size_t v = 0; v < a.gradients.size(); ++v)
    CHECK(std::memcmp(a.gradients[v].data(), b.gradients[v].data(), a.gradients[v].size() * sizeof(float)) == 0);
  const Eigen::MatrixXf p = large.predict(images), q = exact.predict(images);
  CHECK(p.rows() == 3);
  CHECK(p == q);
}

TEST_CASE("what a full batch left behind does not reach the next, smaller one") {
  const auto images = laws::numbers<float>(5 * pixels, 3);
  model_of<float> m(seed(3), capacity(5));
  const auto three = std::span(images).first(3 * pixels);
  const Eigen::MatrixXf before = m.predict(three);
  m.predict(images);
  CHECK(Eigen::MatrixXf(m.predict(three)) == before);
}
