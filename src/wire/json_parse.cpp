#include "wire/json_parse.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/error.hpp>
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

/// Builds the tree. Boost's own handler lets the last of two equal keys win, so that two readers
/// may understand the same frame differently; this one refuses.
struct Handler {
  static constexpr std::size_t max_object_size = boost::json::object::max_size();
  static constexpr std::size_t max_array_size = boost::json::array::max_size();
  static constexpr std::size_t max_key_size = boost::json::string::max_size();
  static constexpr std::size_t max_string_size = boost::json::string::max_size();

  boost::json::value_stack stack;
  std::string key;                                       // gathered: keys come in parts
  std::vector<std::set<std::string, std::less<>>> keys;  // of the objects that are open
  bool has_duplicate = false;

  bool on_document_begin(error_code&) {
    stack.reset();
    return true;
  }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) {
    keys.emplace_back();
    return true;
  }
  bool on_object_end(std::size_t count, error_code&) {
    keys.pop_back();
    stack.push_object(count);
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) {
    stack.push_array(count);
    return true;
  }
  bool on_key_part(string_view part, std::size_t, error_code&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(string_view part, std::size_t, error_code& failure) {
    key.append(part.data(), part.size());
    if (!keys.back().insert(key).second) {
      has_duplicate = true;
      failure = boost::json::error::syntax;
      return false;
    }
    stack.push_key(key);
    key.clear();
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

}  // namespace

std::expected<boost::json::value, WireError> parse(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) {
    return std::unexpected(WireError{std::to_string(text.size()) + " bytes of JSON, at most " +
                                     std::to_string(bytes_max) + " are read"});
  }
  boost::json::parse_options options;
  options.max_depth = depth_max;
  boost::json::basic_parser<Handler> parser{options};
  error_code failure;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), failure);
  if (parser.handler().has_duplicate) {
    return std::unexpected(
        WireError{"the key " + quoted(parser.handler().key) + " stands twice in one object"});
  }
  if (failure == boost::json::error::too_deep) {
    return std::unexpected(
        WireError{"nested deeper than " + std::to_string(depth_max) + " levels"});
  }
  if (!failure && read < text.size()) failure = boost::json::error::extra_data;
  if (failure) {
    return std::unexpected(
        WireError{"not JSON at byte " + std::to_string(read) + ": " + failure.message()});
  }
  return parser.handler().stack.release();
}

}  // namespace duckduckgoose::wire::json
