#include "slim/data/idx.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

namespace fs = std::filesystem;
using slim::data::read_idx_images;
using slim::data::read_idx_labels;
using slim::data::read_mnist;

namespace {

using bytes = std::vector<unsigned char>;

// A directory of its own for each test case, gone afterwards.
struct scratch {
  fs::path directory;

  scratch() {
    std::string pattern = (fs::temp_directory_path() / "slim_idx_XXXXXX").string();
    REQUIRE(mkdtemp(pattern.data()) != nullptr);
    directory = pattern;
  }
  ~scratch() { fs::remove_all(directory); }

  std::string path(const std::string& name) const { return (directory / name).string(); }

  std::string write(const std::string& name, const bytes& content) const {
    std::FILE* file = std::fopen(path(name).c_str(), "wb");
    REQUIRE(file != nullptr);
    if (!content.empty()) REQUIRE(std::fwrite(content.data(), 1, content.size(), file) == content.size());
    std::fclose(file);
    return path(name);
  }

  std::string write_compressed(const std::string& name, const bytes& content) const {
    gzFile file = gzopen(path(name).c_str(), "wb");
    REQUIRE(file != nullptr);
    REQUIRE(gzwrite(file, content.data(), static_cast<unsigned>(content.size())) == static_cast<int>(content.size()));
    gzclose(file);
    return path(name);
  }
};

bytes read_all(const std::string& path) {
  bytes content(fs::file_size(path));
  std::FILE* file = std::fopen(path.c_str(), "rb");
  REQUIRE(std::fread(content.data(), 1, content.size(), file) == content.size());
  std::fclose(file);
  return content;
}

bytes idx(std::vector<std::uint32_t> header, bytes values) {
  bytes result;
  for (std::uint32_t word : header)
    for (int shift = 24; shift >= 0; shift -= 8) result.push_back(static_cast<unsigned char>(word >> shift));
  result.insert(result.end(), values.begin(), values.end());
  return result;
}

const bytes two_images = idx({2051, 2, 2, 3}, {0, 51, 102, 153, 204, 255, 1, 2, 3, 4, 5, 128});
const bytes two_labels = idx({2049, 2}, {7, 0});

// What the reader says about a bad file, without its path.
template <class Read>
std::string complaint(Read read) {
  try {
    read();
  } catch (const slim::error& problem) {
    const std::string message = problem.what();
    const std::size_t place = message.find("offset");
    REQUIRE(place != std::string::npos);
    return message.substr(place);
  }
  return "none";
}

bool contains(const std::string& whole, const std::string& part) { return whole.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("images and labels are read, plain or compressed") {
  scratch s;
  for (const std::string& path : {s.write("images", two_images), s.write_compressed("images.gz", two_images)}) {
    const auto images = read_idx_images(path);
    CHECK(images.count == 2);
    CHECK(images.rows == 2);
    CHECK(images.columns == 3);
    REQUIRE(images.pixels.size() == 12);
    CHECK(images.pixels[0] == 0.0f);
    CHECK(images.pixels[1] == doctest::Approx(0.2));
    CHECK(images.pixels[5] == 1.0f);
  }
  for (const std::string& path : {s.write("labels", two_labels), s.write_compressed("labels.gz", two_labels)}) {
    const auto labels = read_idx_labels(path);
    CHECK(labels.count == 2);
    CHECK(labels.labels == std::vector<int>{7, 0});
  }
}

TEST_CASE("bad files are refused with offset, expectation and finding") {
  scratch s;
  const auto images = [&](const bytes& content) {
    const std::string path = s.write("bad", content);
    return complaint([&] { read_idx_images(path); });
  };
  const auto labels = [&](const bytes& content) {
    const std::string path = s.write("bad", content);
    return complaint([&] { read_idx_labels(path); });
  };

  CHECK(contains(complaint([&] { read_idx_images(s.path("missing")); }), "offset 0: expected a readable file, found No such file"));
  CHECK(contains(complaint([&] { read_idx_images(s.directory.string()); }), "expected a readable file, found Is a directory"));
  CHECK(contains(images({}), "offset 0: expected 4 bytes of magic number, found 0"));
  CHECK(contains(images({0, 0, 8}), "offset 3: expected 4 bytes of magic number, found 3"));
  CHECK(contains(images(two_labels), "offset 4: expected magic number 2051 (images), found 2049"));
  CHECK(contains(labels(two_images), "offset 4: expected magic number 2049 (labels), found 2051"));
  CHECK(contains(images(idx({2051, 2}, {})), "offset 8: expected 4 bytes of extent 1, found 0"));
  CHECK(contains(images(idx({2051, 2, 2, 3}, bytes(11))), "offset 27: expected 12 values, found 11"));
  CHECK(contains(images(idx({2051, 2, 2, 3}, bytes(13))), "expected the end of the data after 12 values"));
  CHECK(contains(labels(idx({2049, 3}, {1, 2, 10})), "offset 10: expected a label in 0 .. 9, found 10"));
  CHECK(contains(images(idx({2051, 0, 2, 3}, {})), "offset 8: expected extent 0 in 1 .. 16777216, found 0"));
  CHECK(contains(images(idx({2051, 0xffffffff, 2, 3}, {})), "found 4294967295"));
  CHECK(contains(images(idx({2051, 1 << 20, 1 << 20, 1 << 20}, {})), "expected at most 1073741824 values, found 1099511627776"));
  // Announces a gigabyte, which must not be allocated.
  CHECK(contains(images(idx({2051, 1 << 10, 1 << 10, 1 << 10}, bytes(5))), "expected 1073741824 values, found 5"));
}

TEST_CASE("damaged compressed files are refused") {
  scratch s;
  const bytes whole = read_all(s.write_compressed("whole.gz", two_images));
  const auto read = [&](const bytes& content) {
    const std::string path = s.write("bad.gz", content);
    return complaint([&] { read_idx_images(path); });
  };
  CHECK(read(whole) == "none");
  for (std::size_t size = 2; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(contains(read(bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))), "truncated"));
  }
  bytes longer = whole;
  longer.push_back(0);
  CHECK(contains(read(longer), "expected the end of the file after the compressed data"));
  bytes wrong_check_sum = whole;
  wrong_check_sum[whole.size() - 8] ^= 1;
  CHECK(contains(read(wrong_check_sum), "expected valid compressed data"));
}

TEST_CASE("the files of MNIST are found by name and must belong together") {
  scratch s;
  const std::string directory = s.directory.string();
  CHECK(contains(complaint([&] { read_mnist(directory, true); }), "found neither"));
  s.write("train-images-idx3-ubyte", two_images);
  s.write_compressed("train-labels-idx1-ubyte.gz", two_labels);
  const auto set = read_mnist(directory, true);
  CHECK(set.count == 2);
  CHECK(set.height == 2);
  CHECK(set.width == 3);
  CHECK(set.channels == 1);
  CHECK(set.classes == 10);
  CHECK(set.labels == std::vector<int>{7, 0});
  CHECK(set.images[0] == -1.0f);
  CHECK(set.images[5] == 127.0f / 128.0f);
  CHECK(set.images[11] == 0.0f);

  CHECK_THROWS_AS(read_mnist(directory, false), slim::error);
  s.write("t10k-images-idx3-ubyte", two_images);
  s.write("t10k-labels-idx1-ubyte", idx({2049, 3}, {1, 2, 3}));
  CHECK(contains(complaint([&] { read_mnist(directory, false); }), "offset 4: expected 2 labels"));
}

// The real files, if they are at $SLIM_MNIST_DIR, in data/mnist, or in data/mnist of a directory beside the repository.
TEST_CASE("the real MNIST is read") {
  std::vector<fs::path> places{fs::path(TEST_SOURCE_ROOT) / "data" / "mnist"};
  if (const char* chosen = std::getenv("SLIM_MNIST_DIR")) places.insert(places.begin(), chosen);
  std::error_code ignored;
  for (const auto& neighbour : fs::directory_iterator(fs::path(TEST_SOURCE_ROOT) / "..", ignored)) {
    places.push_back(neighbour.path() / "data" / "mnist");
  }
  std::string directory;
  for (const fs::path& place : places) {
    const std::string stem = (place / "train-images-idx3-ubyte").string();
    if (directory.empty() && (fs::exists(stem, ignored) || fs::exists(stem + ".gz", ignored))) directory = place.string();
  }
  if (directory.empty()) {
    MESSAGE("MNIST not found, not checked; set SLIM_MNIST_DIR");
    return;
  }
  const int examples[] = {10000, 60000}, fives[] = {892, 5421};
  for (const bool train : {false, true}) {
    const auto set = read_mnist(directory, train);
    CHECK(set.count == examples[train]);
    CHECK(set.height == 28);
    CHECK(set.width == 28);
    int count = 0;
    for (int label : set.labels) count += label == 5;
    CHECK(count == fives[train]);
    if (!train) continue;
    double sum = 0;
    for (float pixel : set.images) sum += pixel;
    const double mean_grey = sum / static_cast<double>(set.images.size()) * 128 + 128;
    CHECK(mean_grey / 255 == doctest::Approx(0.1307).epsilon(0.0005));  // the published mean
    CHECK(set.labels[0] == 5);
  }
}
