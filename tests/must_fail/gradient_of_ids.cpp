// Numbers of rows have no gradient, matrices that are multiplied fit, axes and elements exist.
#include "slim/slim.hpp"
using namespace slim;

#ifdef REPAIRED
inline constexpr auto words =
    scope("words", [](const tensor& x) { return mean(embedding_lookup(variable(x, "table", {7, 3}), stop_gradient(floor(x * variable(x, "scale", {2}))))); });
inline constexpr auto product = scope("product", [](const tensor& x) { return matmul(expand_dims(x, 0), variable(x, "matrix", {3, 2}), false, true); });
inline constexpr auto chosen = scope("chosen", [](const tensor& x) { return gather(x, {1, 0}); });
#else
inline constexpr auto words =
    scope("words", [](const tensor& x) { return mean(embedding_lookup(variable(x, "table", {7, 3}), floor(x * variable(x, "scale", {2})))); });
inline constexpr auto product = scope("product", [](const tensor& x) { return matmul(expand_dims(x, 0), variable(x, "matrix", {3, 2})); });
inline constexpr auto chosen = scope("chosen", [](const tensor& x) { return gather(x, {1, 2}); });
#endif

using trained = model<words, input<2>>;
inline constexpr auto bytes = sizeof(train_op<trained, no_loss, optimizers::gradient_descent>);
inline constexpr long parameters[] = {parameter_count<product, input<2>>, parameter_count<chosen, input<2>>};
