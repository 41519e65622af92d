#pragma once
#include "slim/core/begin.hpp"
// The preprocessing that belongs to a network (preprocessing_factory.py of TF-Slim).

#include <string>
#include <string_view>

#include "slim/data/preprocessing/cifarnet.hpp"
#include "slim/data/preprocessing/inception.hpp"
#include "slim/data/preprocessing/lenet.hpp"
#include "slim/data/preprocessing/vgg.hpp"

namespace slim::data::preprocessing {

/// Makes the input of a network, height x width, from a decoded image. Training draws from `random`, evaluation does not: the result
/// is a function of image, size and the state of `random`.
class preprocessing_function {
public:
  using implementation = float_image (*)(const byte_image&, int height, int width, bool is_training, random_stream&, bool use_grayscale);

  constexpr preprocessing_function(implementation set, bool training, bool grayscale)
      : preprocess_image(set), is_training(training), use_grayscale(grayscale) {}

  float_image operator()(const byte_image& source, int height, int width, random_stream& random) const {
    return preprocess_image(source, height, width, is_training, random, use_grayscale);
  }

private:
  implementation preprocess_image;
  bool is_training, use_grayscale;
};

/// The preprocessing of the network `name` with its default options: "vgg_16", "resnet_v1_50", "inception_v3", "lenet", ... Networks
/// that TF-Slim has none for (alexnet_v2, overfeat) take another's. `use_grayscale`: one channel. Throws slim::error for other names.
inline preprocessing_function get_preprocessing(std::string_view name, bool is_training = false, bool use_grayscale = false) {
  constexpr auto use_cifarnet = [](const byte_image& source, int height, int width, bool training, random_stream& random, bool grayscale) {
    return cifarnet_preprocessing::preprocess_image(source, height, width, training, random, {.use_grayscale = grayscale});
  };
  constexpr auto use_inception = [](const byte_image& source, int height, int width, bool training, random_stream& random, bool grayscale) {
    return inception_preprocessing::preprocess_image(source, height, width, training, random, {.use_grayscale = grayscale});
  };
  constexpr auto use_lenet = [](const byte_image& source, int height, int width, bool, random_stream&, bool grayscale) {
    return lenet_preprocessing::preprocess_image(source, height, width, grayscale);
  };
  constexpr auto use_vgg = [](const byte_image& source, int height, int width, bool training, random_stream& random, bool grayscale) {
    return vgg_preprocessing::preprocess_image(source, height, width, training, random, {.use_grayscale = grayscale});
  };
  struct set {
    preprocessing_function::implementation implementation;
    std::string_view names;
  };
  static constexpr set sets[] = {
      {use_cifarnet, "cifarnet"},
      {use_inception,
       "inception inception_v1 inception_v2 inception_v3 inception_v4 inception_resnet_v2 mobilenet_v1 mobilenet_v2 mobilenet_v2_035 "
       "mobilenet_v2_140 mobilenet_v3_small mobilenet_v3_large mobilenet_v3_small_minimalistic mobilenet_v3_large_minimalistic "
       "mobilenet_edgetpu mobilenet_edgetpu_075 nasnet_mobile nasnet_large pnasnet_mobile pnasnet_large"},
      {use_lenet, "lenet"},
      {use_vgg,
       "resnet_v1_50 resnet_v1_101 resnet_v1_152 resnet_v1_200 resnet_v2_50 resnet_v2_101 resnet_v2_152 resnet_v2_200 vgg vgg_a vgg_16 "
       "vgg_19"},
  };
  std::string known;
  for (const set& each : sets) {
    for (std::string_view rest = each.names; !rest.empty();) {
      const std::size_t space = rest.find(' ');
      if (rest.substr(0, space) == name) return {each.implementation, is_training, use_grayscale};
      rest.remove_prefix(space == std::string_view::npos ? rest.size() : space + 1);
    }
    known += ' ';
    known += each.names;
  }
  detail::fail("get_preprocessing: name", "one of" + known, std::string(name), "choose that of a network with the same input");
}

}  // namespace slim::data::preprocessing

#include "slim/core/end.hpp"
