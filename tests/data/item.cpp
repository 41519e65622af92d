#include "slim/data/item.hpp"
#include "slim/data/sparse_ops.hpp"

#include <doctest/doctest.h>

#include "tests/data/files.hpp"

using namespace slim::data;

namespace {

const item six{{2, 3}, std::vector<float>{1, 2, 3, 4, 5, 6}};
// [[0, 7, 0], [8, 0, 9]]
const item sparse{{2, 3}, std::vector<std::int64_t>{7, 8, 9}, std::vector<std::int64_t>{0, 1, 1, 0, 1, 2}};

}  // namespace

TEST_CASE("an item knows its type and hands out values of this type only") {
  CHECK(six.type() == dtype::float32);
  CHECK(six.size() == 6);
  CHECK(six.as<float>()[5] == 6);
  CHECK_FALSE(six.is_sparse());
  CHECK(sparse.is_sparse());
  CHECK(complaint_of([] { six.as<std::string>(); }) == "decode: item: expected values of type string, found float32; check the types of the features");
}

TEST_CASE("reshape keeps the order; one extent may follow from the others") {
  CHECK(reshape(six, {3, 2}).shape == item_shape{3, 2});
  CHECK(reshape(six, {-1}).shape == item_shape{6});
  CHECK(reshape(six, {2, -1, 1}).shape == item_shape{2, 3, 1});
  CHECK(reshape(six, {3, 2}).values == six.values);
  const item empty{{0, 4}, std::vector<float>()};
  CHECK(reshape(empty, {-1, 7}).shape == item_shape{0, 7});
  CHECK(has(complaint_of([] { reshape(six, {4}); }), "expected a shape of 6 values like [2, 3], found [4]"));
  CHECK(has(complaint_of([] { reshape(six, {4, -1}); }), "expected a shape of 6 values"));
  CHECK(has(complaint_of([] { reshape(six, {-1, -1}); }), "expected extents"));
  CHECK(has(complaint_of([] { reshape(six, {1 << 20, 1 << 20}); }), "expected extents of at most 268435456 values together"));
}

TEST_CASE("a sparse item keeps its places when it is reshaped, and gets a default value where it has none") {
  const item tall = reshape(sparse, {3, 2});
  CHECK(*tall.indices == std::vector<std::int64_t>{0, 1, 1, 1, 2, 1});  // flat places 1, 3, 5
  CHECK(to_dense(sparse) == item{{2, 3}, std::vector<std::int64_t>{0, 7, 0, 8, 0, 9}});
  CHECK(to_dense(sparse, -1.0).as<std::int64_t>() == std::vector<std::int64_t>{-1, 7, -1, 8, -1, 9});
  CHECK(to_dense(six) == six);
  const item words{{2}, std::vector<std::string>{"b"}, std::vector<std::int64_t>{1}};
  CHECK(to_dense(words, std::string("none")).as<std::string>() == std::vector<std::string>{"none", "b"});
  CHECK(has(complaint_of([&] { to_dense(words, 0.0); }), "default value: expected a string, found the other"));
  const item full{{1}, std::vector<std::string>{"b"}, std::vector<std::int64_t>{0}};
  CHECK(to_dense(full, 0.0).as<std::string>() == std::vector<std::string>{"b"});  // nothing to fill
}

TEST_CASE("places outside of the shape are refused, also in an empty shape") {
  item outside = sparse;
  (*outside.indices)[5] = 3;
  CHECK(complaint_of([&] { to_dense(outside); }) == "decode: sparse item: expected index 2 of axis 1 below 3, found 3; check the record");
  (*outside.indices)[5] = -1;
  CHECK(has(complaint_of([&] { to_dense(outside); }), "found -1"));
  const item nowhere{{0}, std::vector<float>{1}, std::vector<std::int64_t>{0}};
  CHECK(has(complaint_of([&] { reshape(nowhere, {0, 5}); }), "below 0, found 0"));
  const item huge{{1 << 20, 1 << 20}, std::vector<float>(), std::vector<std::int64_t>()};
  CHECK(has(complaint_of([&] { to_dense(huge); }), "expected extents of at most"));
}

TEST_CASE("between dense and sparse: dense_to_sparse, indicators_to_sparse_ids, sparse_row_envelope") {
  using indices = std::vector<std::int64_t>;
  const item dense{{2, 3}, std::vector<std::int32_t>{0, 7, 0, 8, 0, 9}};
  const item found = dense_to_sparse(dense);
  CHECK(found == item{{2, 3}, std::vector<std::int32_t>{7, 8, 9}, indices{0, 1, 1, 0, 1, 2}});
  CHECK(to_dense(found) == dense);
  CHECK(dense_to_sparse(dense, std::int64_t{9}).size() == 5);
  CHECK(dense_to_sparse({{3}, std::vector<std::string>{"a", "", "b"}}) == item{{3}, std::vector<std::string>{"a", "b"}, indices{0, 2}});
  CHECK(sparse_row_envelope(found) == indices{2, 3});
  CHECK(sparse_row_envelope(found, 1, 0) == indices{2, 1, 2});
  CHECK(sparse_row_envelope({{3, 4}, std::vector<float>(), indices()}) == indices{0, 0, 0});

  const item ids = indicators_to_sparse_ids({{3, 4}, std::vector<float>{0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 1, 1}});
  CHECK(ids == item{{3, 3}, indices{1, 3, 0, 2, 3}, indices{0, 0, 0, 1, 2, 0, 2, 1, 2, 2}});
  CHECK(indicators_to_sparse_ids({{1, 2, 2}, std::vector<std::int64_t>{1, 0, 0, 1}}) == item{{1, 2, 1}, indices{0, 1}, indices{0, 0, 0, 0, 1, 0}});
  CHECK(indicators_to_sparse_ids({{2, 2}, std::vector<std::int64_t>{5, 5, 5, 6}}, std::int64_t{5}) == item{{2, 1}, indices{1}, indices{1, 0}});

  CHECK(has(complaint_of([&] { dense_to_sparse(found); }), "expected a dense item"));
  CHECK(has(complaint_of([&] { sparse_row_envelope(dense); }), "expected a sparse item"));
  CHECK(has(complaint_of([&] { sparse_row_envelope(found, 0, 2); }), "expected axes from 0 to 1, found 2"));
  CHECK(has(complaint_of([&] { indicators_to_sparse_ids({{}, std::vector<float>{1}}); }), "a single value"));
}
