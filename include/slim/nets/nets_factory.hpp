#pragma once
#include "slim/core/begin.hpp"
// Networks by name: TF-Slim section 13.1. A program that names one network is better off with the header of that network.

#include <boost/hana/basic_tuple.hpp>
#include <boost/hana/unpack.hpp>

#include "slim/nets/alexnet_v2.hpp"
#include "slim/nets/cifarnet.hpp"
#include "slim/nets/i3d.hpp"
#include "slim/nets/inception_resnet_v2.hpp"
#include "slim/nets/inception_v1.hpp"
#include "slim/nets/inception_v2.hpp"
#include "slim/nets/inception_v3.hpp"
#include "slim/nets/inception_v4.hpp"
#include "slim/nets/lenet.hpp"
#include "slim/nets/mobilenet_v1.hpp"
#include "slim/nets/mobilenet_v2.hpp"
#include "slim/nets/mobilenet_v3.hpp"
#include "slim/nets/nasnet.hpp"
#include "slim/nets/overfeat.hpp"
#include "slim/nets/pnasnet.hpp"
#include "slim/nets/resnet_v2.hpp"
#include "slim/nets/vgg.hpp"

namespace slim {

template <class...> struct no_such_network;  // is the nearest name the one that was meant?

namespace nets {

namespace detail {

template <text Name, int Size, class Make>
struct network_entry {
  static constexpr const char* name = Name.c_str();
  static constexpr int default_image_size = Size;
  Make make;  // (num_classes, weight_decay)
};
/// A row of the table: name and default_image_size, the height and width of the images that it was trained on.
template <text Name, int Size, class Make>
constexpr network_entry<Name, Size, Make> network(const Make& make) {
  return {make};
}

inline constexpr auto networks = hana::make_basic_tuple(
    network<"alexnet_v2", 224>([](int classes, double decay) { return alexnet_v2_arg_scope(decay)(make_alexnet_v2(classes)); }),
    network<"cifarnet", 32>([](int classes, double decay) { return cifarnet_arg_scope(decay)(make_cifarnet(classes)); }),
    network<"overfeat", 231>([](int classes, double decay) { return overfeat_arg_scope(decay)(make_overfeat(classes)); }),
    network<"vgg_a", 224>([](int classes, double decay) { return vgg_arg_scope(decay)(make_vgg_a(classes)); }),
    network<"vgg_16", 224>([](int classes, double decay) { return vgg_arg_scope(decay)(make_vgg_16(classes)); }),
    network<"vgg_19", 224>([](int classes, double decay) { return vgg_arg_scope(decay)(make_vgg_19(classes)); }),
    network<"inception_v1", 224>([](int classes, double decay) { return inception_arg_scope(decay)(make_inception_v1(classes)); }),
    network<"inception_v2", 224>([](int classes, double decay) { return inception_arg_scope(decay)(make_inception_v2(classes)); }),
    network<"inception_v3", 299>([](int classes, double decay) { return inception_arg_scope(decay)(make_inception_v3(classes)); }),
    network<"inception_v4", 299>([](int classes, double decay) { return inception_arg_scope(decay)(make_inception_v4(classes)); }),
    network<"inception_resnet_v2", 299>([](int classes, double decay) { return inception_resnet_v2_arg_scope(decay)(make_inception_resnet_v2(classes)); }),
    network<"i3d", 224>([](int classes, double decay) { return i3d_arg_scope(decay)(make_i3d(classes)); }),
    network<"s3dg", 224>([](int classes, double decay) { return s3dg_arg_scope(decay)(make_s3dg(classes)); }),
    network<"lenet", 28>([](int classes, double decay) { return lenet_arg_scope(decay)(make_lenet(classes)); }),
    network<"resnet_v1_50", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v1_50(classes)); }),
    network<"resnet_v1_101", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v1_101(classes)); }),
    network<"resnet_v1_152", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v1_152(classes)); }),
    network<"resnet_v1_200", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v1_200(classes)); }),
    network<"resnet_v2_50", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v2_50(classes)); }),
    network<"resnet_v2_101", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v2_101(classes)); }),
    network<"resnet_v2_152", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v2_152(classes)); }),
    network<"resnet_v2_200", 224>([](int classes, double decay) { return resnet_arg_scope(decay)(make_resnet_v2_200(classes)); }),
    network<"mobilenet_v1", 224>([](int classes, double decay) { return mobilenet_v1_arg_scope(decay)(make_mobilenet_v1(classes)); }),
    network<"mobilenet_v1_075", 224>(
        [](int classes, double decay) { return mobilenet_v1_arg_scope(decay)(make_mobilenet_v1(classes, {.depth_multiplier = 0.75})); }),
    network<"mobilenet_v1_050", 224>(
        [](int classes, double decay) { return mobilenet_v1_arg_scope(decay)(make_mobilenet_v1(classes, {.depth_multiplier = 0.5})); }),
    network<"mobilenet_v1_025", 224>(
        [](int classes, double decay) { return mobilenet_v1_arg_scope(decay)(make_mobilenet_v1(classes, {.depth_multiplier = 0.25})); }),
    network<"mobilenet_v2", 224>([](int classes, double decay) { return mobilenet_v2_arg_scope(decay)(make_mobilenet_v2(classes)); }),
    network<"mobilenet_v2_140", 224>(
        [](int classes, double decay) { return mobilenet_v2_arg_scope(decay)(make_mobilenet_v2(classes, {.depth_multiplier = 1.4})); }),
    network<"mobilenet_v2_050", 224>([](int classes, double decay) {
      return mobilenet_v2_arg_scope(decay)(make_mobilenet_v2(classes, {.depth_multiplier = 0.5, .finegrain_classification_mode = true}));
    }),
    network<"mobilenet_v2_035", 224>([](int classes, double decay) {
      return mobilenet_v2_arg_scope(decay)(make_mobilenet_v2(classes, {.depth_multiplier = 0.35, .finegrain_classification_mode = true}));
    }),
    network<"mobilenet_v3_small", 224>([](int classes, double decay) { return mobilenet_v3_arg_scope(decay)(make_mobilenet_v3_small(classes)); }),
    network<"mobilenet_v3_large", 224>([](int classes, double decay) { return mobilenet_v3_arg_scope(decay)(make_mobilenet_v3_large(classes)); }),
    network<"mobilenet_v3_small_minimalistic", 224>(
        [](int classes, double decay) { return mobilenet_v3_arg_scope(decay)(make_mobilenet_v3_small_minimalistic(classes)); }),
    network<"mobilenet_v3_large_minimalistic", 224>(
        [](int classes, double decay) { return mobilenet_v3_arg_scope(decay)(make_mobilenet_v3_large_minimalistic(classes)); }),
    network<"mobilenet_edgetpu", 224>([](int classes, double decay) { return mobilenet_v3_arg_scope(decay)(make_mobilenet_edgetpu(classes)); }),
    network<"mobilenet_edgetpu_075", 224>([](int classes, double decay) {
      return mobilenet_v3_arg_scope(decay)(make_mobilenet_edgetpu(classes, {.depth_multiplier = 0.75, .finegrain_classification_mode = true}));
    }),
    network<"nasnet_cifar", 32>([](int classes, double decay) { return nasnet_cifar_arg_scope(decay)(make_nasnet_cifar(classes)); }),
    network<"nasnet_mobile", 224>([](int classes, double decay) { return nasnet_mobile_arg_scope(decay)(make_nasnet_mobile(classes)); }),
    network<"nasnet_large", 331>([](int classes, double decay) { return nasnet_large_arg_scope(decay)(make_nasnet_large(classes)); }),
    network<"pnasnet_large", 331>([](int classes, double decay) { return pnasnet_large_arg_scope(decay)(make_pnasnet_large(classes)); }),
    network<"pnasnet_mobile", 224>([](int classes, double decay) { return pnasnet_mobile_arg_scope(decay)(make_pnasnet_mobile(classes)); }));

struct network_names {
  const char* names[64]{};
  int count = 0;
};
inline constexpr network_names names = hana::unpack(networks, [](const auto&... entries) { return network_names{{entries.name...}, sizeof...(entries)}; });

constexpr name_buffer network_name(int i) {
  name_buffer name;
  name.add(names.names[i]);
  return name;
}
template <text Name>
inline constexpr slim::detail::name_search network_search = slim::detail::search(network_name, names.count, Name.characters);

template <text Name>
constexpr auto unknown_network() {
  if constexpr (network_search<Name>.index >= 0) return static_cast<no_mistake*>(nullptr);
  else
    return slim::detail::message<no_such_network>(slim::detail::name_fact<name_given, slim::detail::given_name<Name>>(),
                                                  slim::detail::name_fact<nearest_name, slim::detail::nearest_of<network_search<Name>>>());
}

}  // namespace detail

/// The network of this name with `num_classes` outputs and the defaults of its arg scope: inline constexpr auto net = nets::get_network<"inception_v3">(5).
/// Training and inference are two forms of it; is_training fixes one for batch_norm and dropout, whatever the program does. Another name does not compile; the
/// message has the nearest one.
template <text Name>
constexpr auto get_network(int num_classes, double weight_decay = 0.0, training_choice is_training = training::automatic) {
  static_assert(sizeof(std::remove_pointer_t<decltype(detail::unknown_network<Name>())>) != 0);
  if constexpr (detail::network_search<Name>.index >= 0)
    return published(arg_scope<batch_norm, dropout>(slim::is_training = is_training))(
        hana::at_c<detail::network_search<Name>.index>(detail::networks).make(num_classes, weight_decay));
  else return skip;
}

/// Height and width of the images that TF-Slim trained this network on: model<net, input<size, size, 3>> with size = nets::default_image_size<"inception_v3">.
template <text Name>
inline constexpr int default_image_size = [] {
  static_assert(sizeof(std::remove_pointer_t<decltype(detail::unknown_network<Name>())>) != 0);
  if constexpr (detail::network_search<Name>.index >= 0)
    return std::remove_cvref_t<decltype(hana::at_c<detail::network_search<Name>.index>(detail::networks))>::default_image_size;
  else return 1;
}();

}  // namespace nets
}  // namespace slim

#include "slim/core/end.hpp"
