// A generator and a discriminator of dcgan in one model, trained in turns: docs/training.md, "Two networks against each other".

#include "slim/nets/dcgan.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace slim;

namespace {
constexpr auto generator = arg_scope<batch_norm>(decay = 0.9)(nets::make_dcgan_generator({.depth = 4, .final_size = 8, .num_outputs = 1}));
constexpr auto discriminator = nets::make_dcgan_discriminator({.depth = 4});

/// The discriminator on real images, and with the same variables on those of the generator.
constexpr auto gan = [](tensor noise, tensor images) {
  const tensor made = tanh(generator(noise));
  const tensor of_real = discriminator(images), of_made = scope("Discriminator", discriminator.body, true)(made);
  return outputs(concat({of_real, of_made}, 0), made);
};

/// What the generator wants: its images, the second logit, are taken for real ones. Labels are 1.
struct taken_for_real : losses::sigmoid_cross_entropy_loss {
  static constexpr slim::shape label_shape(const slim::shape&) { return {1}; }
  constexpr tensor operator()(const tensor& logits, const tensor& labels) const { return losses::sigmoid_cross_entropy(slice(logits, {1}, {1}), labels); }
};

/// Images [8, 8, 1]: bright on the left, dark on the right, and some noise.
void draw(random_stream& random, std::vector<float>& images) {
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = (i % 8 < 4 ? 0.7f : -0.7f) + 0.1f * static_cast<float>(random.normal());
}
}  // namespace

TEST_CASE("a dcgan learns what its images look like") {
  constexpr int batch = 16;
  model<gan, input<6>, input<8, 8, 1>> m{seed(1), capacity(batch), 1};
  auto to_tell_apart = learning::create_train_op(m, losses::sigmoid_cross_entropy, optimizers::adam{.learning_rate = 0.005, .beta1 = 0.5},
                                                 learning::variables_to_train<"Discriminator">{}, 1);
  auto to_fool =
      learning::create_train_op(m, taken_for_real{}, optimizers::adam{.learning_rate = 0.003, .beta1 = 0.5}, learning::variables_to_train<"Generator">{}, 1);

  random_stream random(1);
  std::vector<float> noise(batch * 6), images(batch * 64), labels, real(batch, 1);
  for (int i = 0; i < batch; ++i) labels.insert(labels.end(), {1, 0});
  const auto next_batch = [&] {
    for (float& one : noise) one = static_cast<float>(random.normal());
    draw(random, images);
  };
  const auto distance = [&] {  // of the mean image from that of the real ones
    next_batch();
    m.predict(noise, images);
    double total = 0;
    for (int pixel = 0; pixel < 64; ++pixel) {
      double mean = 0;
      for (int i = 0; i < batch; ++i) mean += static_cast<double>(m.output<1>().data()[i * 64 + pixel]) / batch;
      total += std::abs(mean - (pixel % 8 < 4 ? 0.7 : -0.7)) / 64;
    }
    return total;
  };
  const auto values_in = [&](const char* scope) {
    std::vector<float> values;
    for (int v = 0; v < m.variables(); ++v)
      if (m.variable_trainable(v) && m.variable_name(v).starts_with(scope))
        values.insert(values.end(), m.variable_values(v).begin(), m.variable_values(v).end());
    return values;
  };

  const double before = distance();
  for (int step = 0; step < 300; ++step) {
    const std::vector<float> generator_before = values_in("Generator"), discriminator_before = values_in("Discriminator");
    next_batch();
    to_tell_apart(noise, images, labels);
    if (step == 0) CHECK(values_in("Generator") == generator_before);
    const std::vector<float> discriminator_between = values_in("Discriminator");
    if (step == 0) CHECK(discriminator_between != discriminator_before);
    next_batch();
    to_fool(noise, images, real);
    if (step == 0) CHECK(values_in("Discriminator") == discriminator_between);
    if (step == 0) CHECK(values_in("Generator") != generator_before);
  }
  CHECK(distance() < 0.5 * before);
}
