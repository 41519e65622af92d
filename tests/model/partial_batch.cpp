#include <doctest/doctest.h>

#include <algorithm>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

// Nine tiles of Winograd's algorithm per image and more than one group of columns: 22 images take another schedule than 40. The third convolution is direct.
constexpr auto net = scope("net", conv2d(96, {3, 3}, "conv1") >> conv2d(80, {3, 3}, "conv2") >> conv2d(72, {3, 3}, "conv3", stride = 2) >>
                                      global_avg_pool("pool") >> fully_connected(5, "logits", activation_fn = none));

using net_model = model<net, input<12, 12, 40>>;

}  // namespace

TEST_CASE("a batch gives the same bits whatever the capacity, also where it is computed on another schedule") {
  constexpr long size = 12 * 12 * 40;
  const auto wide = laws::numbers(40 * size, 1);
#ifdef TEST_OWN_VECTORS_ONLY
  for (const long examples : {1L, 22L}) {
#else
  for (const long examples : {1L, 3L, 22L, 23L}) {
#endif
    const std::vector<float> x(wide.begin(), wide.begin() + examples * size);
    std::vector<int> labels;
    for (long i = 0; i < examples; ++i) labels.push_back(static_cast<int>(i % 5));
    CAPTURE(examples);
    net_model roomy(seed(1), capacity(40), 2), exact(seed(1), capacity(examples), 1);
    CHECK(roomy.predict(x) == exact.predict(x));
    auto roomy_step =
        learning::create_train_op(roomy, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{.learning_rate = 0.1}, capacity(40), 2);
    auto exact_step =
        learning::create_train_op(exact, losses::sparse_softmax_cross_entropy, optimizers::gradient_descent{.learning_rate = 0.1}, capacity(examples), 1);
    CHECK(roomy_step(x, labels) == exact_step(x, labels));
    for (int v = 0; v < roomy.variables(); ++v) {
      INFO(roomy.variable_name(v));
      CHECK(std::ranges::equal(roomy.variable_values(v), exact.variable_values(v)));
    }
  }
}

TEST_CASE("a prepared predictor gives the same bits until the weights change and it is prepared again") {
  const auto values = laws::numbers(30 * 12 * 12 * 40, 2);
  const std::vector<float> x(values.begin(), values.end()), few(x.begin(), x.begin() + 3 * 12 * 12 * 40);
  net_model net{seed(1), capacity(30)};
  predictor plain(net, capacity(30)), prepared(net, capacity(30));
  prepared.prepare();
  CHECK(prepared(x) == plain(x));
  CHECK(prepared(few) == plain(few));
  net.variable("net/conv1/weights")[0] += 1;
  CHECK_FALSE(prepared(x) == plain(x));
  prepared.prepare();
  CHECK(prepared(x) == plain(x));
}

namespace {

// The first one is a straight line of code, the second a table of steps; sums of the latter are so long that in double they would be cut by the number of rows.
constexpr auto straight = scope("net", fully_connected(300, "fc") >> fully_connected(5, "logits", activation_fn = none));
constexpr auto long_sums = scope("net", fully_connected(130, "fc") >> fully_connected(5, "logits", activation_fn = none));

template <class T, const auto& Net, int Inputs>
void check_prepared(long room, bool packs, std::initializer_list<long> batches) {
  model<Net, input<Inputs>, precision<T>> net(seed(1), capacity(room));
  predictor plain(net, capacity(room)), prepared(net, capacity(room));
  prepared.prepare();
  for (const long batch : batches) {
    CAPTURE(batch);
    const std::vector<T> x = laws::numbers<T>(batch * Inputs, 2);
    CHECK(prepared(x) == plain(x));
  }
  const std::vector<T> x = laws::numbers<T>(room * Inputs, 3);
  net.variable("net/fc/weights")[0] += 1;
  CHECK((prepared(x) == plain(x)) == !packs);
  prepared.prepare();
  CHECK(prepared(x) == plain(x));
}

}  // namespace

TEST_CASE("prepared products of any number of rows have the bits of others") {
  check_prepared<float, straight, 100>(30, true, {1, 3, 18, 30});
  check_prepared<float, straight, 800>(30, true, {1, 3, 7, 18, 30});
  check_prepared<float, long_sums, 1300>(16, true, {1, 3, 4, 5, 16});
  check_prepared<double, long_sums, 1100>(16, false, {1, 3, 4, 5, 16});
  check_prepared<double, long_sums, 1100>(20, true, {4, 17, 20});
}

TEST_CASE("one set of weights, several sizes of input") {
  static constexpr auto small_net = conv2d(6, {3, 3}, "conv1") >> max_pool2d({2, 2}, "pool") >> conv2d(4, {3, 3}, "conv2") >> global_avg_pool("mean");
  using small = model<small_net, input<8, 8, 2>>;
  using large = model<small_net, input<10, 14, 2>>;
  small trained(seed(1), capacity(2));
  large expected(seed(2), capacity(2));
  predictor<large> on_large(trained, capacity(2));
  const auto images = laws::numbers<float>(2 * 10 * 14 * 2, 3);
  for (const float scale : {1.0f, 2.0f}) {  // weights that change are seen
    for (float& one : trained.parameters()) one *= scale;
    std::ranges::copy(trained.parameters(), expected.parameters().begin());
    CHECK(on_large(images) == expected.predict(images));
  }
  small moved = std::move(trained);
  CHECK(on_large(images) == expected.predict(images));
}
