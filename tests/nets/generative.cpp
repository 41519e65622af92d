// Generators and discriminators: values and gradients beside TF-Slim's layers (tests/golden/make_generative.py), names, numbers of parameters, dropout that
// stays on.

#include "slim/nets/cyclegan.hpp"
#include "slim/nets/dcgan.hpp"
#include "slim/nets/pix2pix.hpp"

#include <doctest/doctest.h>

#include "tests/layers/golden.hpp"
#include "tests/nets/facts.hpp"

using namespace slim;

namespace {
constexpr auto discriminator = nets::make_dcgan_discriminator({.depth = 2});
constexpr auto generator = nets::make_dcgan_generator({.depth = 2, .final_size = 16});
constexpr auto cyclegan = nets::cyclegan_arg_scope()(
    nets::make_cyclegan_generator_resnet({.num_resnet_blocks = 2, .num_filters = 4, .kernel_size = {3, 4}, .tanh_linear_slope = 0.25}));
constexpr auto nearest = nets::cyclegan_arg_scope()(
    nets::make_cyclegan_generator_resnet({.num_resnet_blocks = 1, .num_filters = 2, .upsample_fn = nets::upsample_method::nn_upsample_conv}));
constexpr auto bilinear = nets::cyclegan_arg_scope()(
    nets::make_cyclegan_generator_resnet({.num_resnet_blocks = 1, .num_filters = 2, .upsample_fn = nets::upsample_method::bilinear_upsample_conv}));
constexpr auto u_net = nets::pix2pix_arg_scope()(nets::make_pix2pix_generator(2, {.blocks = {{4}, {6}, {8}}}));
constexpr auto transposed =
    nets::pix2pix_arg_scope()(nets::make_pix2pix_generator(1, {.blocks = {{2}, {3}}, .upsample_fn = nets::upsample_method::conv2d_transpose}));
constexpr auto patches = nets::pix2pix_arg_scope()(nets::make_pix2pix_discriminator({4, 6, 8}));
constexpr auto noisy = nets::pix2pix_arg_scope()(nets::make_pix2pix_generator(1, {.blocks = {{32, 0.5}}}));

long trainable_numbers(const graph::graph& g) {
  long total = 0;
  for (const graph::variable_entry& v : g.variables) total += v.trainable ? v.extent.size() : 0;
  return total;
}
}  // namespace

TEST_CASE("dcgan is TF-Slim's") {
  golden::check_both<discriminator, input<8, 8, 3>, "Discriminator/conv1", "Discriminator/conv2", "Discriminator/conv3", "Discriminator/logits">({
      {"Discriminator/conv1", -0.17652923547496135},
      {"Discriminator/conv2", 2.825012344526895},
      {"Discriminator/conv3", -0.5710394050183532},
      {"Discriminator/logits", -0.23910175423260177},
      {"d Discriminator/conv1/weights", -1.6297422868394889},
      {"d Discriminator/conv2/weights", -0.3129872813438993},
      {"d Discriminator/conv3/weights", 1.0016614772334544},
      {"d Discriminator/Conv/weights", -0.4041169160902268},
      {"Discriminator/conv3/BatchNorm/moving_variance", 1.493073837951189},
      {"Discriminator/conv3/BatchNorm/moving_mean/biased", -0.10976926629455837},
  });
  golden::check<generator, double, input<5>, "Generator/deconv1", "Generator/deconv2", "Generator/deconv3", "Generator/logits">(
      {
          {"Generator/deconv1", 1.2069570495427726},
          {"Generator/deconv2", 6.926624563498714},
          {"Generator/deconv3", -1.8439592710331676},
          {"Generator/logits", -1.6912310049384942},
          {"d Generator/deconv1/weights", -0.014244224174471316},
          {"d Generator/deconv2/weights", 0.011931703197219144},
          {"d Generator/deconv3/weights", -0.02307254691584354},
          {"d Generator/logits/weights", 0.0038586192836192862},
          {"Generator/deconv2/BatchNorm/moving_mean/biased", -0.06498238282203804},
      },
      1e-9);
}

TEST_CASE("cyclegan is TF-Slim's") {
  golden::check<cyclegan, double, input<8, 12, 3>, "encoder_0", "encoder_1", "encoder_2", "resnet_block_0", "resnet_block_1", "decoder1", "decoder2", "logits",
                "predictions">(
      {
          {"encoder_0", 0.6851274571058399},
          {"encoder_1", 6.873289706532414},
          {"encoder_2", -2.402149704756922},
          {"resnet_block_0", 15.279815042669036},
          {"resnet_block_1", 40.86331434083442},
          {"decoder1", -14.181590852170256},
          {"decoder2", -16.186900550904628},
          {"logits", -9.30314763772884},
          {"predictions", -0.482577308441428},
          {"d input/Conv/weights", 3.8444181595132787},
          {"d encoder/Conv/InstanceNorm/gamma", 0.09322029343437928},
          {"d residual_blocks/block_0/Conv/InstanceNorm/gamma", -0.04494648602254536},
          {"d residual_blocks/block_1/Conv/InstanceNorm/gamma", -0.006715818422147825},
          {"d decoder/decoder2/upconv/Conv2d_transpose/weights", 0.6989150360275681},
      },
      1e-9);
  golden::check<nearest, double, input<12, 8, 3>, "encoder_0", "encoder_1", "encoder_2", "resnet_block_0", "decoder1", "decoder2", "logits", "predictions">(
      {
          {"encoder_0", 7.420251573486757},
          {"encoder_1", 3.546590784568377},
          {"encoder_2", -0.33953575425508653},
          {"resnet_block_0", -10.872968242061724},
          {"decoder1", -4.117163896240268},
          {"decoder2", -4.636260432003354},
          {"logits", 6.131415871741536},
          {"predictions", 4.335350492457859},
          {"d input/Conv/weights", -0.6404591694050721},
          {"d encoder/Conv_1/weights", -0.05324715561416861},
          {"d residual_blocks/block_0/Conv_1/InstanceNorm/gamma", -0.00016310141132543681},
          {"d decoder/decoder2/upconv/Conv/InstanceNorm/gamma", 0.12332547077764965},
      },
      1e-9);
  golden::check<bilinear, double, input<8, 8, 3>, "encoder_0", "encoder_1", "encoder_2", "resnet_block_0", "decoder1", "decoder2", "logits", "predictions">(
      {
          {"encoder_0", -3.432073839914935},
          {"encoder_1", 10.260180357322966},
          {"encoder_2", 6.772899559716785},
          {"resnet_block_0", 3.5275248025875445},
          {"decoder1", 7.794339222659112},
          {"decoder2", 2.8118062398473995},
          {"logits", 11.57729471411288},
          {"predictions", 4.441549701750041},
          {"d input/Conv/weights", -2.237196663636168},
          {"d encoder/Conv_1/weights", -0.8946309691886533},
          {"d residual_blocks/block_0/Conv_1/InstanceNorm/gamma", -0.002650527097940988},
          {"d decoder/decoder1/upconv/Conv/weights", 0.03158662261278303},
          {"d decoder/decoder2/upconv/Conv/InstanceNorm/gamma", 0.12657027733725928},
      },
      1e-9);
}

TEST_CASE("pix2pix is TF-Slim's") {
  golden::check<u_net, double, input<16, 8, 3>, "encoder0", "encoder1", "encoder2", "decoder0", "decoder1", "decoder2", "predictions", "logits">(
      {
          {"encoder0", 1.0856705344963677},
          {"encoder1", -6.959634291491589},
          {"encoder2", 3.645168549239102},
          {"decoder0", 2.8109442327433514},
          {"decoder1", -7.553393286389341},
          {"decoder2", 1.8894897505496644},
          {"predictions", 22.58740786419464},
          {"logits", 41.0159342934204},
          {"d encoder/Conv/weights", 0.42557897778664966},
          {"d encoder/Conv_2/weights", 0.7648280943779725},
          {"d decoder/Conv/InstanceNorm/gamma", 0.052510140307049986},
          {"d decoder/Conv_2/InstanceNorm/beta", -0.10158090008203542},
      },
      1e-9);
  golden::check<transposed, double, input<4, 8, 3>, "encoder0", "encoder1", "decoder0", "decoder1", "predictions", "logits">(
      {
          {"encoder0", -0.4599285657130502},
          {"encoder1", 0.3908974372630948},
          {"decoder0", -2.4447168299261945},
          {"decoder1", -12.704623124189943},
          {"predictions", -1.0296517475665832},
          {"logits", -2.270964149832202},
          {"d encoder/Conv/weights", 1.2055616907317912},
          {"d encoder/Conv_1/biases", -0.7093510030911269},
          {"d decoder/Conv2d_transpose/InstanceNorm/gamma", -0.08558836826228698},
          {"d decoder/Conv2d_transpose_1/InstanceNorm/gamma", 0.7421229003600955},
      },
      1e-9);
  golden::check<patches, double, input<9, 8, 3>, "conv0", "conv1", "conv2", "predictions", "logits">(
      {
          {"conv0", 0.6611932603185019},
          {"conv1", 7.88141664236827},
          {"conv2", -1.956785247200687},
          {"predictions", 4.902665956788795},
          {"logits", 1.431027839292646},
          {"d conv0/weights", -9.009177477291612},
          {"d conv1/InstanceNorm/beta", -0.1257799249492703},
          {"d conv2/InstanceNorm/beta", 0.17301303469299564},
          {"d conv3/biases", 0.03822312308029595},
      },
      1e-9);
}

TEST_CASE("generative networks in full size: parameters as the definitions add up, end points") {
  // Kernel area · channels in · channels out of each layer, plus its biases, or beta and gamma.
  constexpr long resnet_blocks = 12 * (9L * 256 * 256 + 2 * 256);
  constexpr long cyclegan_numbers =
      49 * 3 * 64 + 128 + (9L * 64 * 128 + 256) + (9L * 128 * 256 + 512) + resnet_blocks + (9L * 256 * 128 + 128) + (9L * 128 * 64 + 64) + 49 * 64 * 3 + 3;
  const graph::graph cycle = facts::traced_now<nets::cyclegan_generator_resnet, input<256, 256, 3>>();
  CHECK(trainable_numbers(cycle) == cyclegan_numbers);
  CHECK(facts::names_in(cycle)[9] == "residual_blocks/block_0/Conv/weights");

  static constexpr auto full = nets::pix2pix_arg_scope()(nets::make_pix2pix_generator(3));
  constexpr int down[] = {3, 64, 128, 256, 512, 512, 512, 512}, up[] = {512, 1024, 1024, 1024, 768, 384, 192}, to[] = {512, 512, 512, 512, 256, 128, 64};
  long pix2pix_numbers = 16 * 64 * 3 + 3;
  for (int i = 0; i < 7; ++i) pix2pix_numbers += 16L * down[i] * down[i + 1] + (i == 0 || i == 6 ? 1 : 2) * down[i + 1] + 16L * up[i] * to[i] + 2 * to[i];
  const graph::graph pix = facts::traced_now<full, input<256, 256, 3>>();
  CHECK(trainable_numbers(pix) == pix2pix_numbers);
  CHECK(facts::end_point_names<full, input<256, 256, 3>>().back() == "predictions");
  CHECK(trainable_numbers(facts::traced_now<nets::dcgan_discriminator, input<32, 32, 3>>()) ==
        16 * (3 * 64 + 64 * 128 + 128 * 256 + 256 * 512 + 512L * 1024) + 64 + 128 + 256 + 512 + 1024 + 1024 + 1);
  CHECK(trainable_numbers(facts::traced_now<nets::dcgan_generator, input<100>>()) ==
        16 * (100 * 512 + 512 * 256 + 256 * 128 + 128L * 64) + 512 + 256 + 128 + 64 + 64 * 3 + 3);
}

TEST_CASE("images that a generative network does not take are refused") {
  const auto refused = [](const graph::graph& g, const char* argument, double number, const char* range) {
    CHECK(g.error.broken == graph::rule::number_wrong);
    CHECK(std::string(g.error.detail) == argument);
    CHECK(g.error.number == number);
    CHECK(std::string(g.error.layer_kind) == range);
  };
  static constexpr auto odd = nets::make_dcgan_generator({.final_size = 24});
  static constexpr auto small = nets::make_dcgan_generator({.final_size = 4});
  refused(facts::traced_now<discriminator, input<8, 16, 3>>(), "width", 16, "that of the height: images are square");
  refused(facts::traced_now<discriminator, input<12, 12, 3>>(), "width", 12, "a power of 2");
  refused(facts::traced_now<odd, input<5>>(), "final_size", 24, "a power of 2, at least 8");
  refused(facts::traced_now<small, input<5>>(), "final_size", 4, "a power of 2, at least 8");
  refused(facts::traced_now<cyclegan, input<8, 10, 3>>(), "width", 10, "a multiple of 4");
  refused(facts::traced_now<cyclegan, input<6, 8, 3>>(), "height", 6, "a multiple of 4");
  refused(facts::traced_now<u_net, input<16, 12, 3>>(), "width", 12, "a multiple of 2 for each block");
  static constexpr auto between = nets::make_pix2pix_generator(1, {.blocks = {{4}}, .upsample_fn = nets::upsample_method::bilinear_upsample_conv});
  refused(facts::traced_now<between, input<16, 16, 3>>(), "upsample_fn", 2, "conv2d_transpose (0) or nn_upsample_conv (1)");
  CHECK(facts::traced_now<generator, input<5, 5>>().error.broken == graph::rule::rank_mismatch);
  CHECK(facts::traced_now<discriminator, input<8>>().error.broken == graph::rule::rank_mismatch);
}

TEST_CASE("the dropout of pix2pix stays on when the network is used") {
  model<noisy, input<4, 4, 1>, keep<"decoder0">> m{seed(3), capacity(2)};
  const auto image = laws::numbers<float>(16, 1);
  m.predict(image);
  const std::span<const float> found = m.end_point<"decoder0">();
  long dropped = 0;
  for (const float one : found) dropped += one == 0;
  CHECK(found.size() == 512);
  CHECK(dropped > 170);
  CHECK(dropped < 340);
}
