#include "tests/laws/gradient_law.hpp"

using namespace slim;
using losses::mean_squared_error;

namespace {

constexpr auto front = conv2d(3, {1, 1}, "front", activation_fn = hyperbolic_tangent);

constexpr auto branching = front >> concat(conv2d(2, {3, 3}, "a"), conv2d(5, {1, 1}, "b") >> conv2d(3, {3, 3}, "c", activation_fn = none),
                                           max_pool2d({3, 3}, 1, "d", padding = SAME), skip) >>
                           conv2d(2, {1, 1}, "back", activation_fn = none);
constexpr auto residual_net = front >> residual("first", conv2d(5, {3, 3}, "narrow") >> conv2d(3, {1, 1}, "wide", activation_fn = none)) >>
                              (skip + conv2d(3, {3, 3}, "second", activation_fn = none)) >> (conv2d(2, {1, 1}, "left") + conv2d(2, {1, 1}, "right"));
constexpr auto biased = fully_connected(3, "linear", activation_fn = none, biases_initializer = none) >> bias_add("bias", activation_fn = nn::tanh) >>
                        fully_connected(5, "normalized", normalizer_fn = bias_add, activation_fn = nn::sigmoid) >> flatten("flat") >> bias_add("last");

// One encoder on two inputs.
constexpr auto encoder =
    scope("encoder", conv2d(3, {3, 3}, "conv", activation_fn = nn::tanh) >> flatten("flat") >> fully_connected(4, "code", activation_fn = none));
constexpr auto twins = [](tensor left, tensor right) {
  const tensor a = encoder(left), b = scope("encoder", encoder.body, true)(right);
  return fully_connected(3, "join", activation_fn = none)(concat(a * b, abs(a - b), a + 0.5 * b));
};
// One layer applied to its own result, three times.
constexpr auto recurrent = [](tensor x) {
  tensor state = fully_connected(4, "step", activation_fn = nn::tanh)(x);
  for (int i = 0; i < 2; ++i) state = fully_connected(4, "step", activation_fn = nn::tanh, reuse = true)(state + x);
  return state;
};
// Each cell, over one step and over several; what follows reads all steps, or the last.
constexpr auto sequences = simple_rnn(3, "rnn", return_sequences = true) >> gru(2, "gru", return_sequences = true) >>
                           lstm(3, "lstm", return_sequences = true) >> lstm(2, "last");
constexpr auto no_biases = gru(2, "gru", return_sequences = true, biases_initializer = none) >> lstm(2, "lstm", biases_initializer = none) >>
                           fully_connected(2, "back", activation_fn = none);
constexpr auto one_step = [](tensor x) {
  return fully_connected(2, "back",
                         activation_fn = none)(gru(2, "gru", trainable = false)(reshape(fully_connected(3, "front", activation_fn = nn::tanh)(x), {1, 3})));
};
// From states that the network works out, through all steps and cells: one of them is a variable for all examples.
constexpr auto from_states = [](tensor x) {
  const auto state = [&](const char* name, int rows) { return reshape(fully_connected(rows * 2, name, activation_fn = nn::tanh)(x), {rows, 2}); };
  const tensor sequence = reshape(x, {4, 3}), table = variable(x, "table", {2, 2}, constant(0.3));
  const tensor a = lstm(2, "a", initial_state = state("of_a", 2), return_sequences = true)(sequence);
  const tensor b = gru(2, "b", initial_state = state("of_b", 1), return_sequences = true)(a);
  const tensor c = simple_rnn(2, "c", initial_state = state("of_c", 1))(b), d = lstm(2, "d", initial_state = table)(slice(b, {3, 0}, {1, -1}));
  return fully_connected(2, "back", activation_fn = none)(concat(c, d));
};
// Axes in other orders, also of what is the same for all examples.
constexpr auto turned = [](tensor x) {
  const tensor y = front(x);                                                                                    // [3, 5, 3]
  const tensor turned_image = transpose(y, {2, 0, 1}) * transpose(variable(x, "table", {5, 3}, ones), {1, 0});  // [3, 3, 5]
  return fully_connected(2, "back", activation_fn = none)(concat(turned_image, transpose(transpose(square(y), {1, 2, 0}), {1, 2, 0})));
};
// Boxes, paddings and joints on any axis; tables are the same for all examples.
constexpr auto moved = [](tensor x) {
  const tensor y = front(x), table = variable(x, "table", {2, 5, 3}, ones);                     // [3, 5, 3]
  const auto [above, below] = split(concat({table, y}, 0), {1, 4}, 0);                          // [1, 5, 3] and [4, 5, 3]
  const tensor wide = pad(slice(below, {1, 1, 0}, {2, 3, -1}), {{1, 0}, {0, 1}, {0, 0}}, 0.3);  // [3, 4, 3]
  const tensor many = tile(square(slice(y, {0, 1, 1}, {3, 4, 1})), {1, 1, 3}) * wide;           // [3, 4, 3]
  const auto channels = unstack<3>(many, -1);
  const tensor back = stack({channels[2], channels[0] * channels[1]}, 1);  // [3, 2, 4]
  return concat({reshape(back, {-1}), flatten("flat")(0.5 * squeeze(above * above, {0})), tile(variable(x, "shared", {2}, ones), {2})}, 0);
};
// Mirror images on any axis, of a batch and of what is the same for all examples.
constexpr auto mirrored = [](tensor x) {
  const tensor table = pad(variable(x, "table", {2, 3}, ones), {{2, 2}, {3, 0}}, SYMMETRIC);                       // [6, 6]
  const tensor wide = pad(pad(front(x), {{2, 1}, {4, 0}, {2, 1}}, REFLECT), {{0, 0}, {0, 3}, {0, 6}}, SYMMETRIC);  // [6, 12, 12]
  return square(wide) * reshape(pad(table, {{0, 0}, {0, 6}}, SYMMETRIC), {6, 12, 1});
};
// Reductions over axes side by side and apart, comparisons, powers.
constexpr auto reduced = [](tensor x) {
  const tensor y = front(x), table = variable(x, "table", {3, 5, 3}, ones);  // [3, 5, 3]
  const tensor z = y * table;
  const tensor least = reduce_min(z, {0, 2}, true) + reduce_max(z, 1, true), mean_of = reduce_mean(z, {1, -1}, true) * reduce_max(table, -1, true);
  const tensor bent =
      where(z >= 0.1 && !(z <= mean_of), pow(1.0 + square(z), least), sin(z) * cos(y) + rsqrt(2.0 + z) - erf(z)) + pow(z, 3.0) * not_equal(z, y);
  return concat({reduce_sum(bent, {0, 1}), flatten("flat")(reduce_max(bent, 2)), flatten("flat_mean")(clip_by_value(reduce_mean(bent, 0), -0.2, 0.4))}, 0);
};
// Products of matrices of each example, transposed in every way, and with shared ones.
constexpr auto multiplied = [](tensor x) {
  const tensor y = front(x), z = y * variable(x, "table", {3, 5, 3}, ones);  // [3, 5, 3]
  const tensor inner = matmul(y, z, true), outer = matmul(z, tanh(y), false, true), plain = matmul(outer, z),
               both = matmul(y, transpose(z, {0, 2, 1}), true, true);  // [3, 3, 3], [3, 5, 5], [3, 5, 3]
  const tensor shared = matmul(variable(x, "left", {3, 2, 5}), plain),
               rows = matmul(inner + both, variable(x, "matrix", {2, 3}), false, true);  // [3, 2, 3], [3, 3, 2]
  const tensor squares = matmul(variable(x, "a", {2, 4}), variable(x, "b", {4, 2}));
  return flatten("flat")(nn::log_softmax(matmul(matmul(shared, nn::softmax(rows, 0)), squares), 1)) * 0.3;
};
// Products whose extents in front broadcast, of both operands, and of a matrix that is the same for all.
constexpr auto spread = [](tensor x) {
  const tensor y = front(x), few = matmul(variable(x, "alone", {2, 5}), y);  // [3, 5, 3], [3, 2, 3]
  const tensor first = matmul(y, slice(y, {0, 0, 0}, {1, -1, -1}), false, true),
               pairs = matmul(expand_dims(y, 1), few, false, true);  // [3, 5, 5], [3, 3, 5, 2]
  return concat({reshape(first, {-1}), reshape(pairs, {-1})}, 0) * 0.3;
};
// Words in tables that are shared and in one of each example.
constexpr auto words = [](tensor x, tensor ids) {
  const tensor sequence = embed_sequence(7, 3)(ids), bag = bow_encoder(7, 3)(ids);                           // [5, 3], [3]
  const tensor own = gather(reshape(fully_connected(14, "own", activation_fn = nn::tanh)(x), {7, 2}), ids);  // [5, 2]
  const tensor some = gather(sequence, {4, 0, 1, 0}) * bag, turned = gather(own, {1, 0}, -1);                // [4, 3], [5, 2]
  return mean(square(sequence + bag)) + mean(exp(some)) + mean(turned * square(own)) +
         mean(bow_encoder(7, 2, "plain", sparse_lookup = false)(ids) * reduce_max(turned, 0));
};
// Products of activations with broadcast operands: per example, per channel and one number.
constexpr auto gated = [](tensor x) {
  const tensor y = front(x);
  const tensor gate = fully_connected(1, "gate", activation_fn = nn::sigmoid)(y);
  const tensor shift = fully_connected(1, "shift", activation_fn = none)(y * 2.0);
  return y * gate + y / (2.0 + sum_per_example(y * y)) + shift - mean(y) * y;
};

// NumPy's rules. One number per example and channel, as squeeze-and-excitation and instance normalization have it, and one per pixel.
constexpr auto excited = [](tensor x) {
  const tensor y = front(x);
  const tensor gate = conv2d(3, {1, 1}, "gate", activation_fn = nn::sigmoid)(global_avg_pool("squeeze")(y));
  const tensor attention = conv2d(1, {3, 3}, "attention", activation_fn = nn::sigmoid)(y);
  const tensor centred = y - global_avg_pool("mean")(y);
  const tensor normal = centred / sqrt(global_avg_pool("variance")(square(centred)) + 0.1);
  return fully_connected(2, "back", activation_fn = none)(normal * variable(x, "gamma", {1, 1, 3}, constant(0.7)) + y * gate * attention);
};
// Variables of every kind against an image, and two operands that both grow.
constexpr auto spread_variables = [](tensor x) {
  const tensor y = front(x);
  const tensor rows = avg_pool2d({1, 5}, 1, "rows")(y), columns = avg_pool2d({3, 1}, 1, "columns")(y);  // [3, 1, 3] and [1, 5, 3]
  const tensor grown = rows * columns + variable(x, "a", {3, 1, 1}, ones) * variable(x, "b", {5, 1}, ones);
  const tensor z = (y + variable(x, "whole", {3, 5, 3}, ones)) * variable(x, "plane", {3, 5, 1}, ones) -
                   variable(x, "line", {5, 3}, ones) * variable(x, "first", {3, 1, 3}, ones);
  losses::add_loss(mean(variable(x, "outer", {4, 1}, ones) * exp(variable(x, "inner", {3}, zeros))) + mean(square(rows + columns)) +
                   0.1 * sum(square(columns - 0.5 * rows)));
  losses::add_loss(mean(square(sum_per_example(rows + 2.0 * columns))));
  return fully_connected(2, "back", activation_fn = none)(z + grown * sum_per_example(variable(x, "weight", {5, 3}, ones) * y));
};
// What is not batched goes through layers, too: each example has it.
constexpr auto shared_image = [](tensor x) {
  const tensor image = variable(x, "image", {3, 5, 2}, ones);
  const tensor both = concat(conv2d(2, {3, 3}, "conv", activation_fn = nn::tanh)(image), max_pool2d({3, 3}, 1, "pool", padding = SAME)(x),
                             variable(x, "more", {3, 5, 1}, ones));
  const tensor shares = softmax("shares")(variable(x, "scores", {4}, zeros));
  const tensor pair = concat(variable(x, "left", {2}, ones), square(variable(x, "right", {2}, ones)));
  const tensor normal = batch_norm("norm", scale = true)(variable(x, "table", {2, 3, 4})) * variable(x, "slopes", {2, 3, 4});
  return fully_connected(4, "back", activation_fn = none)(both) * shares + pair + sum_per_example(normal);
};

template <class T>
void check_broadcast_values(long batch) {
  static constexpr auto net = [](tensor x, tensor channel, tensor pixel) {
    return x * channel + pixel * variable(x, "row", {3, 1, 1}, ones) - variable(x, "whole", {3, 5, 2}, zeros) * channel +
           variable(x, "bias", {2}, zeros) / (variable(x, "line", {5, 1}, ones) + pixel);
  };
  model<net, precision<T>, input<3, 5, 2>, input<1, 1, 2>, input<3, 5, 1>> m{seed(1), capacity(4)};
  for (int v = 0; v < m.variables(); ++v)
    for (std::size_t i = 0; i < m.variable_values(v).size(); ++i)
      m.variable_values(v)[i] = static_cast<T>(2 + laws::number(static_cast<std::uint32_t>(v + 1), static_cast<std::uint32_t>(i)));
  const auto inputs = [&](long each, std::uint32_t sequence) {
    std::vector<T> values;
    for (const double value : laws::numbers(each * batch, sequence)) values.push_back(static_cast<T>(value));
    return values;
  };
  const std::vector<T> x = inputs(30, 11), channel = inputs(2, 12), pixel = inputs(15, 13);
  const auto y = m.predict(x, channel, pixel);
  const auto value = [&](const char* name, long i) {
    for (int v = 0; v < m.variables(); ++v)
      if (m.variable_name(v) == name) return m.variable_values(v)[static_cast<std::size_t>(i)];
    return T(0);
  };
  for (long e = 0; e < batch; ++e)
    for (long h = 0; h < 3; ++h)
      for (long w = 0; w < 5; ++w)
        for (long c = 0; c < 2; ++c) {
          const long at = (h * 5 + w) * 2 + c;
          const T one = channel[static_cast<std::size_t>(e * 2 + c)], here = pixel[static_cast<std::size_t>(e * 15 + h * 5 + w)];
          const T expected =
              x[static_cast<std::size_t>(e * 30 + at)] * one + here * value("row", h) - value("whole", at) * one + value("bias", c) / (value("line", w) + here);
          CHECK(y.data()[e * 30 + at] == doctest::Approx(static_cast<double>(expected)).epsilon(sizeof(T) == 4 ? 1e-5 : 1e-12));
        }
}

}  // namespace

TEST_CASE("gradient law: concat of branches") { laws::check_gradients_at_batches<branching, input<5, 3, 2>>(mean_squared_error, {.sequence = 4}); }
TEST_CASE("gradient law: residual connections and sums of branches") { laws::check_gradients_at_batches<residual_net, input<5, 3, 2>>(mean_squared_error); }
TEST_CASE("gradient law: bias_add as layer and as normalizer") { laws::check_gradients_at_batches<biased, input<7>>(mean_squared_error); }
TEST_CASE("gradient law: weights shared by two branches") { laws::check_gradients_at_batches<twins, input<5, 3, 2>, input<5, 3, 2>>(mean_squared_error); }
TEST_CASE("gradient law: weights shared along a chain") { laws::check_gradients_at_batches<recurrent, input<4>>(mean_squared_error); }
TEST_CASE("gradient law: recurrent layers") {
  laws::check_gradients_at_batches<sequences, input<5, 3>>(mean_squared_error);
  laws::check_gradients_at_batches<no_biases, input<2, 3>>(mean_squared_error);
  laws::check_gradients_at_batches<one_step, input<4>>(mean_squared_error);
  laws::check_gradients_at_batches<from_states, input<12>>(mean_squared_error);
}
TEST_CASE("gradient law: axes in other orders") { laws::check_gradients_at_batches<turned, input<3, 5, 2>>(mean_squared_error); }
TEST_CASE("gradient law: mirror images on any axis") { laws::check_gradients_at_batches<mirrored, input<3, 5, 2>>(mean_squared_error); }
TEST_CASE("gradient law: slices, paddings, concatenations on any axis") { laws::check_gradients_at_batches<moved, input<3, 5, 2>>(mean_squared_error); }
TEST_CASE("gradient law: reductions over axes, comparisons, powers") { laws::check_gradients_at_batches<reduced, input<3, 5, 2>>(mean_squared_error); }
TEST_CASE("gradient law: products of matrices") {
  laws::check_gradients_at_batches<multiplied, input<3, 5, 2>>(mean_squared_error);
  laws::check_gradients_at_batches<spread, input<3, 5, 2>>(mean_squared_error);
}
TEST_CASE("gradient law: rows of tables") { laws::check_gradients_at_batches<words, input<6>, input<5>>(no_loss{}, {.class_labels = true, .classes = 7}); }
TEST_CASE("gradient law: broadcast operands") { laws::check_gradients_at_batches<gated, input<3, 5, 2>>(mean_squared_error); }
TEST_CASE("gradient law: NumPy's broadcasting") {
  laws::check_gradients_at_batches<excited, input<3, 5, 2>>(mean_squared_error);
  laws::check_gradients_at_batches<spread_variables, input<3, 5, 2>>(mean_squared_error);
  laws::check_gradients_at_batches<shared_image, input<3, 5, 2>>(mean_squared_error);
}
TEST_CASE("broadcast values are those of plain loops") {
  for (const long batch : {1, 3, 4}) {
    check_broadcast_values<float>(batch);
    check_broadcast_values<double>(batch);
  }
}
