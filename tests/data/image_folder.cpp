#include "slim/data/image_folder.hpp"

#include <doctest/doctest.h>

#include "tests/data/encoded_images.hpp"
#include "tests/data/files.hpp"

using slim::data::list_image_folder;
using slim::data::read_image_folder;

TEST_CASE("classes and files are sorted by name, hidden ones do not count") {
  scratch_directory scratch;
  for (const char* name : {"tulip/b.png", "daisy/2.png", "daisy/10.png", "tulip/.hidden", ".git/config", "rose/one.jpg"}) {
    scratch.write(name, png_interlaced);
  }
  scratch.write("notes.txt", "no class");
  const auto folder = list_image_folder(scratch.directory.string());
  CHECK(folder.classes == std::vector<std::string>{"daisy", "rose", "tulip"});
  REQUIRE(folder.files.size() == 4);
  CHECK(folder.files[0].path == scratch.path("daisy/10.png"));
  CHECK(folder.files[1].path == scratch.path("daisy/2.png"));
  CHECK(folder.files[3].path == scratch.path("tulip/b.png"));
  CHECK(folder.files[3].label == 2);
}

TEST_CASE("images of one size are read into one data set") {
  scratch_directory scratch;
  scratch.write("a/1.png", png_interlaced);
  scratch.write("b/1.png", png_interlaced);
  const auto set = read_image_folder(scratch.directory.string(), 1);
  CHECK(set.count == 2);
  CHECK(set.height == 3);
  CHECK(set.channels == 1);
  CHECK(set.classes == 2);
  CHECK(set.labels == std::vector<int>{0, 1});
  CHECK(set.pixels == std::vector<std::uint8_t>{1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  CHECK(read_image_folder(scratch.directory.string()).channels == 3);
}

TEST_CASE("the file that does not fit is named") {
  scratch_directory scratch;
  const std::string directory = scratch.directory.string();
  CHECK(has(complaint_of([&] { list_image_folder(directory); }), "expected a folder for each class with images in it, found 0 folders"));
  CHECK(has(complaint_of([&] { list_image_folder(directory + "/missing"); }), "expected a readable folder, found No such file"));
  scratch.write("a/1.png", png_interlaced);
  scratch.write("a/2.png", png_palette);
  CHECK(has(complaint_of([&] { read_image_folder(directory); }), "a/2.png: expected an image of 3 x 3 x 3 as the first one, found 2 x 2 x 3"));
  scratch.write("a/2.png", "text");
  CHECK(has(complaint_of([&] { read_image_folder(directory); }), "a/2.png: decode image: expected a JPEG, a PNG, a GIF or a BMP"));
}
