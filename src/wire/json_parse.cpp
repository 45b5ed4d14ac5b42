#include "wire/json_parse.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value_stack.hpp>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "wire/limits.hpp"

namespace duckduckgoose::wire::json {

namespace {

using boost::json::error_code;
using boost::json::string_view;

/// Builds the tree, all of it in few pieces of memory: a frame has some dozen values. Of two equal
/// keys Boost's objects keep the last, so that two readers may understand the same frame
/// differently: the keys are counted here, to be missed in the tree.
struct Builder {
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  boost::json::value_stack stack;
  std::size_t keys = 0;

  bool on_document_begin(error_code&) {
    stack.reset(boost::json::make_shared_resource<boost::json::monotonic_resource>());
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t count, error_code&) {
    keys += count;
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code&) {
    stack.push_key(part);
    return true;
  }
  bool on_string_part(string_view part, std::size_t, error_code&) {
    stack.push_chars(part);
    return true;
  }
  bool on_string(string_view part, std::size_t, error_code&) {
    stack.push_string(part);
    return true;
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code&) {
    stack.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, string_view, error_code&) {
    stack.push_uint64(number);
    return true;
  }
  bool on_double(double number, string_view, error_code&) {
    stack.push_double(number);
    return true;
  }
  bool on_bool(bool truth, error_code&) {
    stack.push_bool(truth);
    return true;
  }
  bool on_null(error_code&) {
    stack.push_null();
    return true;
  }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }
};

std::size_t keys_in(const boost::json::value& tree) {
  std::size_t keys = 0;
  if (const auto* const object = tree.if_object()) {
    keys = object->size();
    for (const auto& member : *object) keys += keys_in(member.value());
  } else if (const auto* const array = tree.if_array()) {
    for (const boost::json::value& entry : *array) keys += keys_in(entry);
  }
  return keys;
}

/// Stops at a key that stands twice.
struct Finder : Builder {
  std::string key;                                       // gathered: keys come in parts
  std::vector<std::set<std::string, std::less<>>> open;  // the keys of the objects around

  bool on_object_begin(error_code&) {
    open.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, error_code& failure) {
    open.pop_back();
    return Builder::on_object_end(count, failure);
  }
  bool on_key_part(string_view part, std::size_t size, error_code& failure) {
    key.append(part.data(), part.size());
    return Builder::on_key_part(part, size, failure);
  }
  bool on_key(string_view part, std::size_t size, error_code& failure) {
    key.append(part.data(), part.size());
    if (!open.back().insert(key).second) {
      failure = boost::json::error::syntax;
      return false;
    }
    key.clear();
    return Builder::on_key(part, size, failure);
  }
};

boost::json::parse_options options() {
  boost::json::parse_options options;
  options.max_depth = depth_max;
  return options;
}

/// What it is called costs time; it is sought only where one is missing.
std::string key_twice_in(std::string_view text) {
  error_code failure;
  boost::json::basic_parser<Finder> parser{options()};
  parser.write_some(false, text.data(), text.size(), failure);
  return parser.handler().key;
}

}  // namespace

std::expected<boost::json::value, WireError> parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return std::unexpected(WireError{std::to_string(text.size()) + " bytes of JSON, at most " +
                                     std::to_string(bytes_max) + " are read"});
  }
  boost::json::basic_parser<Builder> parser{options()};
  error_code failure;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
  if (failure == boost::json::error::too_deep) {
    return std::unexpected(
        WireError{"nested deeper than " + std::to_string(depth_max) + " levels"});
  }
  if (!failure && read < text.size()) failure = boost::json::error::extra_data;
  if (failure) {
    return std::unexpected(
        WireError{"not JSON at byte " + std::to_string(read) + ": " + failure.message()});
  }
  boost::json::value tree = parser.handler().stack.release();
  if (keys_in(tree) < parser.handler().keys) {
    return std::unexpected(
        WireError{"the key " + quoted(key_twice_in(text)) + " stands twice in one object"});
  }
  return tree;
}

}  // namespace duckduckgoose::wire::json
