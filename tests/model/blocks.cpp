// Blocks of depthwise convolutions that work band by band, through whole models: keeping what lies between the convolutions leaves each a step of its own.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "slim/report/explain.hpp"
#include "slim/slim.hpp"
#include "tests/laws/numbers.hpp"

using namespace slim;

namespace {

constexpr auto by_channel = [](const char* name) { return separable_conv2d(none, {3, 3}, name, normalizer_fn = batch_norm, activation_fn = relu6); };
constexpr auto net = conv2d(40, {3, 3}, "opening", stride = 2) >> by_channel("depthwise1") >> conv2d(8, {1, 1}, "closing", activation_fn = none) >>
                     residual("block", conv2d(48, {1, 1}, "expand", normalizer_fn = batch_norm) >> by_channel("depthwise2") >>
                                           conv2d(8, {1, 1}, "project", activation_fn = none)) >>
                     max_pool2d({2, 2}, "pool") >> conv2d(24, {1, 1}, "small") >> by_channel("depthwise3") >> conv2d(5, {1, 1}, "last", activation_fn = none);

template <class... Options>
std::vector<float> outputs_of(int batch, int threads, bool ahead) {
  model<net, input<120, 112, 3>, Options...> m{seed(3), capacity(batch), threads};
  std::vector<float> images;
  for (const double value : laws::numbers(batch * 120 * 112 * 3, 5)) images.push_back(static_cast<float>(value));
  predictor predict(m, capacity(batch), threads);
  if (ahead) predict.prepare();
  const auto found = predict(images);
  return {found.data(), found.data() + found.size()};
}

int times(const std::string& text, const std::string& part) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++count;
  return count;
}

}  // namespace

TEST_CASE("a block that works band by band gives the same bits as its convolutions step by step") {
  const std::string text = explain<net, input<120, 112, 3>>();
  CHECK(times(text, "in bands of rows, in the step of its reader") == 4);
  CHECK(times(explain<net, input<120, 112, 3>, keep<"block/expand">>(), "in bands of rows") == 3);
  CHECK(times(explain<net, input<120, 112, 3>, keep<"*">>(), "in bands of rows") == 0);
  CHECK(arena_bytes<net, input<120, 112, 3>, batch<1>> < arena_bytes<net, input<120, 112, 3>, batch<1>, keep<"*">> / 2);
  for (const int batch : {1, 3}) {
    const std::vector<float> expected = outputs_of<keep<"*">>(batch, 1, false);
    for (const int threads : {1, 2, 3})
      for (const bool ahead : {false, true}) CHECK(outputs_of<>(batch, threads, ahead) == expected);
    CHECK(outputs_of<keep<"block/expand">>(batch, 2, true) == expected);
  }
}
