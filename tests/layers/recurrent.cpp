#include "slim/layers/recurrent.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr int batch_size = 2, steps = 5, channels = 3, units = 2;

/// Outputs of all steps but the first two, and gradients of the mean of their squares by kernel, recurrent_kernel and bias: tests/golden/make_recurrent.py.
struct golden {
  std::vector<double> outputs, gradients[3];
};
const golden references[] = {
    {{-0.98698652733306025, -0.98837505856646291, -0.095205411981630503, -0.44286661392379523, 0.66993673324671787, 0.58805781231864263, 0.70498278729464137,
      0.67116887952725235, -0.98157706717817028, -0.98114887718145316, -0.059050457282187538, -0.42641625669766753},
     {{-0.074717805240649318, -0.19658954604664997, -0.15696077965322688, -0.28570989113131001, -0.16538264681505599, -0.24045641007671836},
      {0.030056864861230048, 0.18463288885593074, -0.0037612599660938294, 0.14641020252865711},
      {-0.012968421438142818, -0.12703258926161934}}},
    {{0.52682171124224331, 0.74352150894637159, 0.34943459677867655, 0.58236638537214214, 0.17354707059494345, 0.34620244030532754, 0.21075891429551358,
      0.35041119803869342, 0.59187180933301775, 0.79012090706034177, 0.39697298663806502, 0.60333859176348259},
     {{0.071331339993501261, 0.057515260204676219, -0.0059971660086902221, -0.012431366765864409, -0.010869742969464011, 0.050729081195832817,
       0.034550652365453266, 0.029815165995308337, -0.013631801382819848, -0.017115278404862228, 0.026961871531643655, 0.068530329382764738,
       -0.018479746938902707, -0.011907466656472732, -0.014855187563837063, -0.013749607176451182, 0.052112896560555393, 0.054100692845047649},
      {0.018735508902050266, 0.014986296756324676, -0.011878752300407639, -0.01340553560645024, 0.010787958897434866, 0.012717340829424682,
       0.020667227549740923, 0.015788846455659096, -0.017536673593354046, -0.01922438132835538, 0.016455421697636592, 0.018936764919499333},
      {-0.015874109854728861, -0.018447751008267323, -0.038404245857085934, -0.03398679373205505, 0.14543919376891984, 0.15862398624862326,
       -0.015874109854728861, -0.018447751008267323, -0.038404245857085934, -0.03398679373205505, 0.041085196754697566, 0.039969846087267259}}},
    {{0.081362177121529225, 0.007634341552000103, -0.22939720750686241, -0.33189675631793852, -0.021699430317770798, -0.14888464304756413,
      -0.025044643359727108, -0.1371010478041613, 0.085809516446899062, 0.018248051889392838, -0.23424315662075801, -0.33050323856526337},
     {{0.00099946927256656026,  0.011598327541840123,   -0.00044208965866284833, -0.00080731887831216975, -0.003894655274673758,   -0.014439804098764789,
       0.010289254464048339,    0.012840891496747341,   0.0026807354452452539,   0.014794070428981357,    -0.00059298607740553759, -0.0035839807480866769,
       -0.0042378394856317772,  -0.016664105961332457,  0.012583719900642864,    0.014111886792466414,    0.0031012098503783126,   0.011031930829645622,
       -0.00046499187828135194, -0.0046750404707920513, -0.0025879015684286033,  -0.01105101840644721,    0.0089598652419177263,   0.0087458412253748532},
      {0.00021624221115291601, 0.0014120918581575145, -6.1177935507912226e-05, -0.0010624871364876183, -0.00028106663833321128, -0.0011002129125876159,
       0.00085803940487646493, 0.00055476108721309707, -8.8680706904111065e-05, 0.0011401553224025512, -2.603184754525775e-05, -0.0014463469613919377,
       -0.00013407214399956661, -0.00043466319771459796, 0.00026303089113148309, -0.00028686764246005922},
      {0.005768604554518335, 0.011385611332601743, -0.00065049946265975374, 0.003306447459775123, -0.0037591508921964801, -0.016976209323047123,
       0.014227374659558693, 0.01885223352391787}}}};

constexpr auto every_step = [](auto layer) { return [=](tensor x) { return layer(units, "cell", return_sequences = true)(x); }; };
constexpr auto squares = [](auto layer) {
  return [=](tensor x) {
    const tensor y = layer(units, "cell", return_sequences = true)(x);
    return mean(square(y));
  };
};
constexpr auto rnn_net = every_step(simple_rnn);
constexpr auto gru_net = every_step(gru);
constexpr auto lstm_net = every_step(lstm);
constexpr auto rnn_loss = squares(simple_rnn);
constexpr auto gru_loss = squares(gru);
constexpr auto lstm_loss = squares(lstm);

/// The numbers of make_recurrent.py.
template <class T>
void fill_with_sines(std::span<T> values, int sequence) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<T>(std::sin(sequence + 0.7 * static_cast<double>(i)));
}
template <class T, const auto& Net, const auto& Loss>
void check_against(const golden& expected, double precise) {
  std::vector<T> x(batch_size * steps * channels);
  fill_with_sines(std::span(x), 1);
  model<Net, input<steps, channels>, precision<T>> net(seed(1));
  for (int v = 0; v < 3; ++v) fill_with_sines(net.variable_values(v), v + 2);
  const auto y = net.predict(x);
  for (long e = 0; e < batch_size; ++e)
    for (long i = 0; i < (steps - 2) * units; ++i)
      CHECK(std::abs(static_cast<double>(y(e, 2 * units + i)) - expected.outputs[static_cast<std::size_t>(e * (steps - 2) * units + i)]) <= precise);
  model<Loss, input<steps, channels>, precision<T>> trained(seed(1));
  for (int v = 0; v < 3; ++v) fill_with_sines(trained.variable_values(v), v + 2);
  auto op = learning::create_train_op(trained, optimizers::keep_gradients{});
  op(x);
  for (int v = 0; v < 3; ++v) {
    const auto gradient = op.slot_values(v);
    REQUIRE(gradient.size() == expected.gradients[v].size());
    for (std::size_t i = 0; i < gradient.size(); ++i) CHECK(std::abs(static_cast<double>(gradient[i]) - expected.gradients[v][i]) <= precise);
  }
}

}  // namespace

TEST_CASE("recurrent layers and their gradients are those of Keras") {
  check_against<double, rnn_net, rnn_loss>(references[0], 1e-12);
  check_against<double, gru_net, gru_loss>(references[1], 1e-12);
  check_against<double, lstm_net, lstm_loss>(references[2], 1e-12);
  check_against<float, rnn_net, rnn_loss>(references[0], 1e-6);
  check_against<float, gru_net, gru_loss>(references[1], 1e-6);
  check_against<float, lstm_net, lstm_loss>(references[2], 1e-6);
}

namespace {
// Three steps, and two that go on from their state.
constexpr auto parts = [](auto layer) {
  return [=](tensor x) {
    const tensor first = layer(units, "cell", return_sequences = true, return_state = true)(slice(x, {0, 0}, {3, -1}));
    const tensor second = layer(units, "cell", return_sequences = true, reuse = true, initial_state = last_state(first))(slice(x, {3, 0}, {2, -1}));
    return concat({first, second}, 0);
  };
};
constexpr auto squares_of_parts = [](auto layer) { return [=](tensor x) { return mean(square(parts(layer)(x))); }; };
constexpr auto rnn_parts = parts(simple_rnn);
constexpr auto gru_parts = parts(gru);
constexpr auto lstm_parts = parts(lstm);
constexpr auto gru_parts_loss = squares_of_parts(gru);
constexpr auto rnn_parts_loss = squares_of_parts(simple_rnn);
constexpr auto lstm_parts_loss = squares_of_parts(lstm);

constexpr auto directions = [](tensor x, tensor turned) {
  const auto cell = [](bool all) { return lstm(3, "cell", return_sequences = all); };
  const auto alone = [&](const char* which, const tensor& from) {
    return scope("both", scope(which, lstm(3, "cell", return_sequences = true, reuse = true)))(from);
  };
  return outputs(bidirectional(cell(true), "both")(x),
                 scope("again", [&](tensor y) { return bidirectional(cell(false), "both")(y); }, false)(x), alone("forward", x), alone("backward", turned));
};
}  // namespace

TEST_CASE("a sequence goes on from the last state of the one before") {
  check_against<double, rnn_parts, rnn_parts_loss>(references[0], 1e-12);
  check_against<double, gru_parts, gru_parts_loss>(references[1], 1e-12);
  check_against<double, lstm_parts, lstm_parts_loss>(references[2], 1e-12);
}

TEST_CASE("bidirectional: from the first step on and from the last") {
  model<directions, input<4, 2>, input<4, 2>, precision<double>> m(seed(1));
  for (int v = 0; v < 6; ++v) std::copy_n(m.variable_values(v).begin(), m.variable_values(v).size(), m.variable_values(v + 6).begin());
  CHECK(m.variable_name(0) == "both/forward/cell/kernel");
  CHECK(m.variable_name(3) == "both/backward/cell/kernel");
  std::vector<double> x(8), turned(8);
  fill_with_sines(std::span(x), 1);
  for (std::size_t t = 0; t < 4; ++t)
    for (std::size_t c = 0; c < 2; ++c) turned[t * 2 + c] = x[(3 - t) * 2 + c];
  m.predict(x, turned);
  const auto *both = m.output<0>().data(), *ends = m.output<1>().data(), *forward = m.output<2>().data(), *backward = m.output<3>().data();
  for (int t = 0; t < 4; ++t)
    for (int i = 0; i < 3; ++i) {
      CHECK(both[t * 6 + i] == forward[t * 3 + i]);
      CHECK(both[t * 6 + 3 + i] == backward[(3 - t) * 3 + i]);
    }
  for (int i = 0; i < 3; ++i) CHECK((ends[i] == forward[9 + i] && ends[3 + i] == backward[9 + i]));
}

namespace {
constexpr auto last_step = [](tensor x) { return outputs(lstm(units, "cell")(x), lstm(units, "cell", return_sequences = true, reuse = true)(x)); };
constexpr auto two = scope("net", lstm(3, return_sequences = true) >> lstm(2));
constexpr auto without_bias = gru(2, "cell", biases_initializer = none);
}  // namespace

TEST_CASE("variables, shapes and initial values") {
  using net = model<two, input<4, 3>>;
  std::string names;
  const net m(seed(1));
  for (int v = 0; v < net::variables(); ++v) names += net::variable_name(v) + " ";
  CHECK(names == "net/lstm/kernel net/lstm/recurrent_kernel net/lstm/bias net/lstm_1/kernel net/lstm_1/recurrent_kernel net/lstm_1/bias ");
  static_assert(parameter_count<two, input<4, 3>> == 4 * 3 * (3 + 3 + 1) + 4 * 2 * (3 + 2 + 1));
  static_assert(end_point<two, "net/lstm", input<4, 3>> == shape{4, 3});
  static_assert(end_point<two, "net/lstm_1", input<4, 3>> == shape{2});
  static_assert(parameter_count<gru_net, input<4, 3>> == 3 * 2 * (3 + 2) + 2 * 3 * 2);
  static_assert(parameter_count<without_bias, input<4, 3>> == 3 * 2 * (3 + 2));
  const std::span<const float> bias = m.variable_values(2);
  CHECK(std::vector<float>(bias.begin(), bias.end()) == std::vector<float>{0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0});
  static constexpr auto drawn = lstm(2, biases_initializer = random_uniform(0.25, 0.5));
  const model<drawn, input<4, 3>> other(seed(1));
  const std::span<const float> values = other.variable_values(2);
  for (std::size_t i = 0; i < values.size(); ++i) CHECK((i / 2 == 1 ? values[i] == 1 : 0.25F <= values[i] && values[i] < 0.5F));
}

TEST_CASE("the last step is the last row of the sequence, and examples do not depend on their number") {
  using net = model<last_step, input<37, 5>>;
  net m(seed(1), capacity(7), 1);
  const std::vector<float> x = laws::numbers<float>(7 * 37 * 5, 1);
  m.predict(x);
  const auto last = m.output<0>();
  const auto all = m.output<1>();
  std::vector<float> kept;
  for (long e = 0; e < 7; ++e)
    for (long j = 0; j < units; ++j) {
      CHECK(last(e, j) == all(e, 36 * units + j));
      kept.push_back(last(e, j));
    }
  for (const std::size_t n : {std::size_t(1), std::size_t(2), std::size_t(6)}) {
    m.set_threads(static_cast<int>(n));
    const auto some = m.predict(std::vector<float>(x.begin(), x.begin() + static_cast<long>(n) * 37 * 5));
    for (std::size_t i = 0; i < n * units; ++i) CHECK(some.data()[i] == kept[i]);
  }
}

namespace {

constexpr auto deep = lstm(17, "a", return_sequences = true) >> gru(5, "b", return_sequences = true) >> [](tensor x) { return x + 0.5 * x; } >>
                      simple_rnn(4, "c") >> fully_connected(3, "head", activation_fn = none);
constexpr auto every_output = [](tensor x, tensor scale) {
  const tensor h = lstm(16, "a", return_sequences = true)(x);
  return outputs(simple_rnn(3, "b", return_sequences = true)(h) * scale, gru(2, "c")(h));
};

template <class T>
std::vector<T> rows_of(const std::vector<T>& x, long examples, long length, long first, long count) {
  std::vector<T> result;
  for (long e = 0; e < examples; ++e) result.insert(result.end(), x.begin() + e * length + first, x.begin() + e * length + first + count);
  return result;
}

template <class T, int Frames>
void check_streams(long streams) {
  constexpr long length = 12, wide = 3;
  using whole = model<every_output, input<length, wide>, input<1>, precision<T>>;
  whole m(seed(3), capacity(4), 1);
  const std::vector<T> x = laws::numbers<T>(streams * length * wide, 1), scale = laws::numbers<T>(streams, 2);
  m.predict(x, scale);
  const auto all = m.template output<0>();
  streaming_predictor<whole, Frames> live(m, capacity(streams));
  for (int round = 0; round < 2; ++round) {
    for (long t = 0; t < length; t += Frames) {
      const auto y = live(rows_of(x, streams, length * wide, t * wide, Frames * wide), scale);
      REQUIRE(y.rows() == streams);
      for (long e = 0; e < streams; ++e)
        for (long i = 0; i < Frames * 3; ++i) CHECK(y(e, i) == all(e, t * 3 + i));
    }
    for (long e = 0; e < streams; ++e)
      for (long j = 0; j < 2; ++j) CHECK(live.template output<1>()(e, j) == m.template output<1>()(e, j));
    live.reset();
  }
}

}  // namespace

TEST_CASE("step by step the results are those of the whole sequence, bit for bit") {
  check_streams<float, 1>(1);
  check_streams<float, 4>(3);
  check_streams<double, 1>(4);
  check_streams<double, 3>(1);
}

namespace {

// Causal windows of several sizes and dilations, channels from one to more than a vector, and what works step by step between them.
constexpr auto causal = [](auto outputs, auto kernel, auto dilation) {
  return conv1d(outputs, kernel, rate = dilation, padding = CAUSAL, activation_fn = nn::tanh);
};
constexpr auto convolutions = causal(8, 3, 1) >> causal(33, 2, 2) >> causal(16, 3, 4) >> conv1d(5, 1, padding = VALID) >> causal(1, 5, 1) >> causal(16, 4, 1) >>
                              gru(6, return_sequences = true) >> conv1d(3, 1, activation_fn = none) >> softmax("out");
constexpr auto wide = conv1d(64, 3, rate = 2, padding = CAUSAL) >> conv1d(40, 2, padding = CAUSAL, groups = 2) >>
                      conv1d(40, 3, padding = CAUSAL, groups = 40) >> conv1d(300, 1) >> conv1d(4, 3, padding = CAUSAL);

template <class T, const auto& Net, int Channels, int Frames, int Numbers>
void check_stream_of(long streams) {
  constexpr long length = 36;
  using whole = model<Net, input<length, Channels>, precision<T>>;
  whole m(seed(3), capacity(4), 1);
  const std::vector<T> x = laws::numbers<T>(streams * length * Channels, 1);
  const auto all = m.predict(x);
  streaming_predictor<whole, Frames> live(m, capacity(streams));
  double furthest = 0;
  for (long t = 0; t < length; t += Frames) {
    const auto y = live(rows_of(x, streams, length * Channels, t * Channels, Frames * Channels));
    for (long e = 0; e < streams; ++e)
      for (long i = 0; i < Frames * Numbers; ++i) furthest = std::max(furthest, std::abs(static_cast<double>(y(e, i) - all(e, t * Numbers + i))));
  }
  CHECK(furthest == 0);
}

}  // namespace

TEST_CASE("causal convolutions step by step have the bits of the whole sequence") {
  check_stream_of<float, convolutions, 2, 1, 3>(1);
  check_stream_of<float, convolutions, 2, 4, 3>(3);
  check_stream_of<double, convolutions, 2, 1, 3>(2);
  check_stream_of<float, wide, 17, 1, 4>(1);
  check_stream_of<float, wide, 17, 12, 4>(2);
}

TEST_CASE("a stream can be left and begun anew, and copies go their own way") {
  constexpr long length = 9;
  model<deep, input<length, 2>> m(seed(3), capacity(2), 1);
  const std::vector<float> x = laws::numbers<float>(length * 2, 1);
  const auto expected = m.predict(x);
  streaming_predictor live(m, capacity(2));
  live(std::vector<float>{1, 2, 3, 4});  // two streams
  live.reset(0);
  CHECK_THROWS_WITH_AS(live.reset(2), doctest::Contains("expected a stream from 0 to 1, found 2"), slim::error);
  CHECK_THROWS_WITH_AS(live(std::vector<float>(3)), doctest::Contains("expected a multiple of 2 numbers"), slim::error);
  for (long t = 0; t + 1 < length; ++t) live(rows_of(x, 1, length * 2, t * 2, 2));
  auto other = live;
  other(std::vector<float>{5, 5});
  const auto last = live(rows_of(x, 1, length * 2, (length - 1) * 2, 2));
  for (long j = 0; j < 3; ++j) CHECK(last(0, j) == expected(0, j));
}
