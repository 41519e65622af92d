#pragma once
#include "slim/core/begin.hpp"
// Words as vectors: tables of embeddings that are looked up by word numbers. TF-Slim section 2.8.

#include "slim/functions/gather.hpp"
#include "slim/functions/reduce.hpp"
#include "slim/initializers/initializers.hpp"
#include "slim/layers/linear.hpp"

namespace slim {

struct vocab_size_keyword : keyword<vocab_size_keyword, whole_number> {
  static constexpr const char* name = "vocab_size";
  using keyword::operator=;
  static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); }
};
struct embed_dim_keyword : keyword<embed_dim_keyword, whole_number> {
  static constexpr const char* name = "embed_dim";
  using keyword::operator=;
  static constexpr number_fault fault(const whole_number& n) { return n.fault(1, whole_pair::range); }
};
/// Whether number 0 only fills sequences up: it does not count, and a sequence of nothing else is one of word 0.
struct sparse_lookup_keyword : keyword<sparse_lookup_keyword, bool> {
  static constexpr const char* name = "sparse_lookup";
  using keyword::operator=;
};
inline constexpr vocab_size_keyword vocab_size;
inline constexpr embed_dim_keyword embed_dim;
inline constexpr sparse_lookup_keyword sparse_lookup;

namespace detail {

template <class Layer>
constexpr tensor embeddings_variable(tracer& trace, const arguments<Layer>& with) {
  const int words = with[vocab_size], width = with[embed_dim];
  return {trace, layer_variable(trace, "embeddings", {words, width}, with[initial_values], interned(trace, with[regularizer]), with[trainable], with)};
}

/// Layers that are called with the two sizes of their table.
template <class Layer>
struct embedding_layer : layer<Layer> {
  using layer<Layer>::operator();
  template <class... Rest>
  constexpr auto operator()(whole_number words, whole_number width, const Rest&... rest) const {
    return this->bind(rest..., vocab_size = words, embed_dim = width);
  }
};

}  // namespace detail

/// Word numbers [length] → their embeddings [length, embed_dim]. A number that is not in the vocabulary throws slim::error when the step or predict is called.
/// Variable: `embeddings` [vocab_size, embed_dim]. Call: embed_sequence(vocab_size, embed_dim[, "scope"][, keyword = value ...]).
struct embed_sequence_layer : detail::embedding_layer<embed_sequence_layer> {
  static constexpr const char* function_name = "embed_sequence";
  static constexpr const char* default_scope = "EmbedSequence";
  static constexpr auto defaults = arguments_of(vocab_size = 0, embed_dim = 0, initial_values = xavier(), regularizer = none, trainable = true, reuse = false,
                                                variables_collections = variable_collections{});
  static constexpr tensor apply(const tensor& ids, const arguments<embed_sequence_layer>& with) {
    const reuse_guard sharing(*ids.trace, with[reuse]);
    return embedding_lookup(detail::embeddings_variable(*ids.trace, with), ids);
  }
};
inline constexpr embed_sequence_layer embed_sequence;

/// Word numbers [length] → the mean of their embeddings [embed_dim], without the zeros that fill the sequence up, unless `sparse_lookup = false`. Variable and
/// errors as of embed_sequence. Call: bow_encoder(vocab_size, embed_dim[, "scope"][, keyword = value ...]).
struct bow_encoder_layer : detail::embedding_layer<bow_encoder_layer> {
  static constexpr const char* function_name = "bow_encoder";
  static constexpr const char* default_scope = "bow_encoder";
  static constexpr auto defaults = arguments_of(vocab_size = 0, embed_dim = 0, sparse_lookup = true, initial_values = xavier(), regularizer = none,
                                                trainable = true, reuse = false, variables_collections = variable_collections{});
  static constexpr tensor apply(const tensor& ids, const arguments<bow_encoder_layer>& with) {
    tracer& trace = *ids.trace;
    if (ids.shape().rank != 1) {
      trace.fail(graph::rule::rank_mismatch, {ids.shape().rank}, {1});
      return ids;
    }
    const reuse_guard sharing(trace, with[reuse]);
    const tensor table = detail::embeddings_variable(trace, with);
    if (!with[sparse_lookup]) return reduce_mean(embedding_lookup(table, ids), 0);
    const tensor count = reduce_sum(not_equal(ids, 0.0)), nothing(trace, graph::constant(trace.g, -1));
    const tensor rows = concat({where(equal(ids, 0.0), nothing, ids), expand_dims(where(equal(count, 0.0), 0.0, nothing), 0)}, 0);
    const tensor words(trace, op::gather::add(trace.g, table.node, rows.node, ids.node, true, trace.scope));
    return reduce_sum(words, 0) / max(count, 1.0);
  }
};
inline constexpr bow_encoder_layer bow_encoder;

}  // namespace slim

#include "slim/core/end.hpp"
