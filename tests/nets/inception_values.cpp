// Inception networks: the first three against TF-Slim's own, the others against a second definition of them.
#include "slim/nets/inception_resnet_v2.hpp"
#include "slim/nets/inception_v1.hpp"
#include "slim/nets/inception_v2.hpp"
#include "slim/nets/inception_v3.hpp"
#include "slim/nets/inception_v4.hpp"
#include "tests/golden/nets.hpp"

using namespace slim;

namespace {
constexpr auto v1 = nets::inception_arg_scope()(nets::make_inception_v1(5));
constexpr auto v2 = nets::inception_arg_scope()(nets::make_inception_v2(5));
constexpr auto v3 = nets::inception_arg_scope()(nets::make_inception_v3(5));
constexpr auto v4 = nets::inception_arg_scope()(nets::make_inception_v4(5));
constexpr auto inception_resnet = nets::inception_resnet_v2_arg_scope()(nets::make_inception_resnet_v2(5));
}  // namespace

TEST_CASE("inception_v1 computes what it does in TF-Slim") {
  golden::compare_network<v1, 193, double, "InceptionV1/Mixed_3b", "InceptionV1/Mixed_4d", "InceptionV1/Mixed_5c">("inception_v1", 1e-12);
}
TEST_CASE("inception_v2 computes what it does in TF-Slim") {
  golden::compare_network<v2, 47, double, "InceptionV2/Mixed_3b", "InceptionV2/Mixed_4d", "InceptionV2/Mixed_5c">("inception_v2", 1e-12);
}
TEST_CASE("inception_v3 computes what it does in TF-Slim") {
  golden::compare_network<v3, 107, double, "InceptionV3/Mixed_5d", "InceptionV3/Mixed_6e", "InceptionV3/Mixed_7c", "InceptionV3/AuxLogits">("inception_v3",
                                                                                                                                            1e-12);
}
TEST_CASE("inception_v4 computes what it does in TensorFlow") {
  golden::compare_network<v4, 107, double, "InceptionV4/Mixed_5e", "InceptionV4/Mixed_6h", "InceptionV4/Mixed_7d", "InceptionV4/AuxLogits">("inception_v4",
                                                                                                                                            1e-12);
}
TEST_CASE("inception_resnet_v2 computes what it does in TensorFlow") {
  golden::compare_network<inception_resnet, 107, double, "InceptionResnetV2/Mixed_5b", "InceptionResnetV2/Mixed_6a", "InceptionResnetV2/Conv2d_7b_1x1",
                          "InceptionResnetV2/AuxLogits">("inception_resnet_v2", 1e-12);
}
