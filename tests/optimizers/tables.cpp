#include "slim/slim.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "slim/report/explain.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr int rows = 9, width = 3, places = 10, steps = 4;

// Two lookups of one table; the second reads what the first has read.
constexpr auto looked_up_twice = [](tensor words, tensor target) {
  const tensor table = variable(words, "table", {rows, width});
  const tensor first = embedding_lookup(table, words), second = embedding_lookup(table, slice(words, {0}, {4}));
  return mean(square(first - target)) + mean(reduce_sum(sin(second)));
};
template <class Net>
void start(Net& m) {
  const auto values = laws::numbers(rows * width, 1);
  std::copy(values.begin(), values.end(), m.template variable<"table">().begin());
}
std::vector<int> words_of(int step, int count = places) {
  std::vector<int> words;
  for (int i = 0; i < count; ++i) words.push_back((step * 5 + i * i * 3) % 7 + (step % 2) * (i % 3));
  return words;
}

using model_of_table = model<looked_up_twice, input<places>, input<places, width>, precision<double>>;

/// The table, and what the optimizer keeps, after the steps.
template <class Optimizer, class... Options>
std::vector<double> after_steps(const Optimizer& optimizer, const Options&... options) {
  model_of_table m{seed(1)};
  start(m);
  auto op = learning::create_train_op(m, optimizer, options...);
  for (int t = 0; t < steps; ++t) op(words_of(t), laws::numbers(places * width, static_cast<std::uint32_t>(10 + t)));
  std::vector<double> all(m.variable_values(0).begin(), m.variable_values(0).end());
  for (int s = 0; s < Optimizer::slots; ++s) all.insert(all.end(), op.slot_values(0, s).begin(), op.slot_values(0, s).end());
  return all;
}
double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) most = std::max(most, std::abs(a[i] - b[i]));
  return most;
}

/// The same optimizer without a rule for rows.
template <class Optimizer>
struct all_rows : Optimizer {
  static constexpr bool by_row = false;
};

// tests/golden/make_table_updates.py, by TensorFlow 2.15.
struct golden {
  const char* name;
  double table[rows * width];
};
const golden goldens[] = {
    {"gradient_descent",
     {-1.31868607696262,  -0.711285345194591, -1.34960109442582,  -1.21863251906935,  -1.00020765125632,  -0.663318092923077, -0.17623600688523,
      -1.13118238195347,  -1.11169387782529,  -0.987444910684288, -1.20655766215438,  -1.18040691584588,  -0.741546025417554, 0.438481582877533,
      -0.187175157119048, -1.40345018614831,  -1.44559469508513,  -1.43877940465765,  -0.895795984845224, -0.201513662565669, -0.635754034272629,
      -0.204867780208588, -0.18953412771225,  -0.966145217418671, -0.139991829942736, -0.396882394278963, -0.178952622409064}},
    {"momentum", {-1.48507958603655,  -1.12277699113727, -1.545933670245,    -1.36168886268632,  -1.38599351115401,  -1.0542646640051,  -1.15574092668501,
                  -1.93781323455425,  -1.87870179305071, -1.35967351994329,  -1.42151161104554,  -1.48964848338784,  -1.09535135574527, 0.159441099663827,
                  -0.585912678495503, -2.67726017185076, -2.45382561159345,  -2.41000098215474,  -1.73179775831753,  -1.40042360826528, -1.71535872834606,
                  -0.204867780208588, -0.18953412771225, -0.966145217418671, -0.139991829942736, -0.396882394278963, -0.178952622409064}},
    {"nesterov_momentum",
     {-1.56607650710814,  -1.61219532511716, -1.65299578927116,  -1.48427363510889,  -1.67419297645853,  -1.57643997375655, -1.65516673421886,
      -1.80345321102923,  -1.80487171023956, -1.53843892031275,  -1.53100279979302,  -1.54555259684535,  -1.35333053877504, -0.075128448593285,
      -0.855891618777516, -2.20314045897819, -1.95943167735464,  -1.95648448368216,  -1.5028806928514,   -1.65130832170816, -1.71186351411432,
      -0.204867780208588, -0.18953412771225, -0.966145217418671, -0.565965730221998, -0.775134741052841, -0.559219279281017}},
    {"adagrad", {-1.41951245755436,  -0.526850625419086, -1.45523761237103,  -1.30489900426063,   -0.919312331878602, -0.499121781086531,  -0.0760530958016814,
                 -1.11387942776719,  -1.13087323702335,  -0.952536994904452, -1.27769157538028,   -1.22185800974711,  -0.745322706835076,  0.362117205141696,
                 -0.148933877561202, -0.899164424546489, -1.21561720411823,  -1.23309246993535,   -0.80737181195064,  -0.0713291982002441, -0.467607673779198,
                 -0.204867780208588, -0.18953412771225,  -0.966145217418671, -0.0685246253745355, -0.376068349532505, -0.156057791174247}},
    {"adadelta",
     {-1.24643886095701,  -0.0624274301289866, -1.22161314932149,  -1.11267854059646,  -0.486181086864481,  -0.0202171717180066, 0.405621315220693,
      -0.779841915509148, -0.790685519542503,  -0.569484588775579, -0.993727110182943, -0.908075609609532,  -0.458428031631453,  0.646306330352967,
      0.136588144837788,  -0.336984503705725,  -0.720258871014382, -0.742518776614278, -0.43877549792676,   0.400439391047325,   -0.0332111144744825,
      -0.204867780208588, -0.18953412771225,   -0.966145217418671, 0.239291189851198,  -0.0763910552645532, 0.144013972291901}},
    {"rmsprop", {-1.043835483831,    0.121566106544435,  -1.01113122267055,  -0.939521975138542, -0.295077955256441, 0.171506328853819,  0.586997753209323,
                 -0.639232237079351, -0.643673921632221, -0.39984177696703,  -0.823266097154256, -0.73529655534219,  -0.372523955938055, 0.762126887382221,
                 0.207272465329989,  -0.118256634690676, -0.490998990078955, -0.50569416381156,  -0.33300701011885,  0.568572104241223,  0.0881858999231284,
                 -0.204867780208588, -0.18953412771225,  -0.966145217418671, 0.340182744295717,  0.0283855211091102, 0.248626070158929}},
    {"ftrl", {-0.821871909840709,  -0.296939623352548, -0.874279883086046, -0.432841347269208,   -0.472141072679508, -0.474460613874185,  -0.0535415422482757,
              -0.760420372561587,  -0.74835730022353,  -0.606612612872844, -0.774085832265647,   -0.794514187337139, -0.465906147068214,  0.174774309359657,
              -0.0676507855746829, -0.543034844655607, -0.799284273449638, -0.80953720934226,    -0.534066593844038, -0.0232747225950658, -0.270314159029327,
              -0.204867780208588,  -0.18953412771225,  -0.966145217418671, -0.00139650587230332, -0.220024513601713, -0.0736376832666507}},
    {"adam", {-1.11196656836281,  0.109370726648471,   -1.07036684709455,  -0.916942372043134, -0.249150067590893, 0.22303622943026,  0.618832421421821,
              -0.61271065807371,  -0.623099379726388,  -0.424359024762608, -0.868857736685835, -0.77342707078833,  -0.38945398737442, 0.734778242807133,
              0.195743524270401,  -0.0336200081180499, -0.422375379102744, -0.441324833024551, -0.314069682015694, 0.585349751399527, 0.116291616702412,
              -0.204867780208588, -0.18953412771225,   -0.966145217418671, 0.361166640341263,  0.0447825230361696, 0.265222729504276}},
    {"lazy_adam", {-1.06860911535771,  0.156224977300352,    -1.02589202633186,  -0.916942372043134, -0.249150067590893, 0.22303622943026,   0.618832421421821,
                   -0.61271065807371,  -0.623099379726388,   -0.395296116921128, -0.842112243903743, -0.744794116560818, -0.367086483484819, 0.756949334768394,
                   0.218204180226558,  -0.00360292408757455, -0.392582858218078, -0.411615247582319, -0.314069682015694, 0.585349751399527,  0.116291616702412,
                   -0.204867780208588, -0.18953412771225,    -0.966145217418671, 0.361166640341263,  0.0447825230361696, 0.265222729504276}},
};

template <class Optimizer>
void check(const char* name, const Optimizer& optimizer) {
  INFO(name);
  for (const golden& one : goldens) {
    if (std::string(name) != one.name) continue;
    const std::vector<double> expected(one.table, one.table + rows * width);
    CHECK(distance(after_steps(optimizer), expected) < 1e-13);
    CHECK(distance(after_steps(optimizer, learning::summarize_gradients{}), expected) < 1e-13);  // which needs the whole gradient
    return;
  }
  FAIL("no such golden");
}

bool updates_rows(const std::string& explained) { return explained.find("in rows that were looked up") != std::string::npos; }
/// Whether a step of these options touches only what it looks up.
template <class Optimizer, class... Options>
bool updates_rows(const Optimizer& optimizer, const Options&... options) {
  model_of_table m{seed(1)};
  return updates_rows(explain(learning::create_train_op(m, optimizer, options...)));
}

}  // namespace

TEST_CASE("tables of embeddings are updated as by TensorFlow's sparse updates") {
  check("gradient_descent", optimizers::gradient_descent{0.5});
  check("momentum", optimizers::momentum{0.5, 0.8});
  check("nesterov_momentum", optimizers::nesterov_momentum{.learning_rate = 0.5, .decay = 0.8});
  check("adagrad", optimizers::adagrad{0.5, 0.2});
  check("adadelta", optimizers::adadelta{0.7, 0.8, 0.01});
  check("rmsprop", optimizers::rmsprop{0.05, 0.8, 0.5, 0.01});
  check("ftrl", optimizers::ftrl{0.3, -0.5, 0.1, 0.02, 0.05});
  check("adam", optimizers::adam{0.05, 0.8, 0.95, 0.01});
  check("lazy_adam", optimizers::lazy_adam{.learning_rate = 0.05, .beta1 = 0.8, .beta2 = 0.95, .epsilon = 0.01});
}

TEST_CASE("where a gradient of 0 changes nothing, rows by themselves are what all rows are") {
  CHECK(distance(after_steps(optimizers::gradient_descent{0.5}), after_steps(all_rows<optimizers::gradient_descent>{{0.5}})) < 1e-14);
  CHECK(distance(after_steps(optimizers::adagrad{0.5, 0.2}), after_steps(all_rows<optimizers::adagrad>{{0.5, 0.2}})) < 1e-14);
  CHECK(distance(after_steps(optimizers::momentum{0.5, 0.8}), after_steps(all_rows<optimizers::momentum>{{0.5, 0.8}})) > 1e-3);
}

TEST_CASE("what is done to gradients is done to those of rows, and their norms are those of the whole gradient") {
  const auto check_with = [](const auto&... options) {
    const optimizers::adagrad by_row{0.5, 0.2};
    CHECK(updates_rows(by_row, options...));
    const auto found = after_steps(by_row, options...);
    CHECK(distance(found, after_steps(all_rows<optimizers::adagrad>{by_row}, options...)) < 1e-14);
    CHECK(distance(found, after_steps(by_row, options..., learning::summarize_gradients{})) < 1e-14);
    CHECK(distance(found, after_steps(by_row)) > 1e-4);
  };
  check_with(learning::clip_gradient_norm{0.3});
  check_with(learning::clip_global_norm{0.3});
  check_with(learning::gradient_multiplier<"table">{0.3});
  check_with(learning::gradient_multiplier<"table">{3}, learning::clip_gradient_norm{0.5}, learning::clip_global_norm{0.3});
  check_with(learning::adaptive_clipping{.std_factor = 0.1, .static_max_norm = 0.5});
  model_of_table m{seed(1)};
  auto op = learning::create_train_op(m, optimizers::gradient_descent{0.5}, learning::check_numerics{});
  std::vector<double> target(places * width, 1);
  CHECK_NOTHROW(op(words_of(0), target));
}

TEST_CASE("a gradient that is not of rows alone updates all of them") {
  CHECK(updates_rows(optimizers::momentum{0.5, 0.8}));
  CHECK_FALSE(updates_rows(optimizers::adam{0.5}));
  CHECK_FALSE(updates_rows(optimizers::keep_gradients{}));
  CHECK_FALSE(updates_rows(optimizers::momentum{0.5, 0.8}, learning::gradient_noise_scale{0.1}));
  CHECK_FALSE(updates_rows(optimizers::momentum{0.5, 0.8}, learning::accumulate_gradients{2}));
  CHECK_FALSE(updates_rows(optimizers::momentum{0.5, 0.8}, learning::summarize_gradients{}));

  static constexpr auto regularized = [](tensor words) { return reduce_mean(embed_sequence(rows, width, regularizer = l2_regularizer(0.1))(words), 0); };
  static constexpr auto tied = [](tensor words) {
    const tensor table = variable(words, "table", {rows, width});
    return mean(matmul(embedding_lookup(table, words), transpose(table, {1, 0})));
  };
  model<regularized, input<4>, precision<double>> a{seed(1)};
  auto train_a = learning::create_train_op(a, losses::mean_squared_error, optimizers::gradient_descent{0.5});
  CHECK_FALSE(updates_rows(explain(train_a)));
  const double before = a.variable_values(0)[8 * width];
  train_a(words_of(0, 4), std::vector<double>(width));
  CHECK(a.variable_values(0)[8 * width] == doctest::Approx(before * (1 - 0.5 * 0.1)).epsilon(1e-14));  // of a row that no word has
  model<tied, input<4>, precision<double>> b{seed(1)};
  CHECK_FALSE(updates_rows(explain(learning::create_train_op(b, optimizers::gradient_descent{0.5}))));
}

TEST_CASE("rows that only fill a bag of words up are not looked up") {
  static constexpr auto net = [](tensor words) { return mean(square(bow_encoder(rows, width)(words))); };
  model<net, input<4>, precision<double>> m{seed(1)};
  auto op = learning::create_train_op(m, optimizers::momentum{0.5, 0.8});
  CHECK(updates_rows(explain(op)));
  const auto row = [&](int i) { return std::vector<double>(m.variable_values(0).begin() + i * width, m.variable_values(0).begin() + (i + 1) * width); };
  op(std::vector<int>{0, 0, 0, 0, 3, 4, 0, 0});  // the first bag is empty: it is one of word 0
  const auto first = row(0), third = row(3);
  op(std::vector<int>{4, 0, 4, 0, 5, 0, 0, 0});
  CHECK(row(0) == first);
  CHECK(row(3) == third);
  op(std::vector<int>{4, 0, 4, 0, 0, 0, 0, 0});
  CHECK(row(0) != first);
  CHECK(row(3) == third);
  CHECK_THROWS_AS(op(std::vector<int>{4, 0, -1, 0}), slim::error);
}

TEST_CASE("more lookups than an operation has operands, of a table of numbers and of one of matrices") {
  static constexpr auto net = [](tensor words) {
    const tensor numbers = variable(words, "numbers", {rows}), matrices = variable(words, "matrices", {rows, 2, 3});
    tensor total = mean(square(embedding_lookup(numbers, words)));
    for (int i = 0; i < 20; ++i) {
      const tensor word = slice(words, {i}, {1});
      total = total + mean(square(embedding_lookup(matrices, word))) * (1.0 + i) + mean(exp(embedding_lookup(numbers, word)));
    }
    return total;
  };
  const auto run = [](const auto& optimizer, int threads) {
    model<net, input<20>, precision<double>> m{seed(1)};
    auto op = learning::create_train_op(m, optimizer, capacity(3), threads);
    for (int t = 0; t < 3; ++t) op(words_of(t, 60));
    return std::vector<double>(m.parameters().begin(), m.parameters().end());
  };
  const auto found = run(optimizers::adagrad{0.1}, 1);
  CHECK(distance(found, run(all_rows<optimizers::adagrad>{{0.1}}, 1)) < 1e-14);
  CHECK(found == run(optimizers::adagrad{0.1}, 3));
}

TEST_CASE("the update of rows is the same for every number of threads, and as much work for a large table as for a small one") {
  static constexpr auto net = [](tensor words) { return mean(square(embed_sequence(400, 1500)(words) + expand_dims(words, 1))); };
  static constexpr auto large = [](tensor words) { return mean(square(embed_sequence(10000, 1500)(words) + expand_dims(words, 1))); };
  std::vector<int> words(8 * 40);
  for (std::size_t i = 0; i < words.size(); ++i) words[i] = static_cast<int>(i * i % 393);
  std::vector<float> first;
  for (const int threads : {1, 2, 3}) {
    model<net, input<40>> m{seed(1)};
    auto op = learning::create_train_op(m, optimizers::momentum{0.1, 0.9}, capacity(8), threads);
    for (int t = 0; t < 3; ++t) op(words);
    const std::vector<float> table(m.variable_values(0).begin(), m.variable_values(0).end());
    if (first.empty()) first = table;
    CHECK(table == first);
  }
  const auto moved = []<class Model>(std::type_identity<Model>) {
    using op = train_op<Model, no_loss, optimizers::momentum>;
    graph::traffic all;
    for (int s = 0; s < op::program.sizes.steps; ++s)
      if (const graph::node& n = op::program.nodes[op::program.order[s]]; n.is_update()) all += graph::traffic_of(op::program, n);
    return all;
  };
  const graph::traffic small_table = moved(std::type_identity<model<net, input<40>>>()), large_table = moved(std::type_identity<model<large, input<40>>>());
  CHECK(small_table.per_example == large_table.per_example);
  CHECK(small_table.fixed == large_table.fixed);
  CHECK(small_table.fixed < 100);
}
