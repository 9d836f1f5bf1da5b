/// The members of an object of a body, each with its path.
struct BodyFields: Sendable {
  /// The object.
  let object: BodyObject
  /// Where it is, such as `messages[0]`; empty for the body itself.
  let path: String

  /// A member; one that is not there reads as `null`.
  subscript(name: String) -> BodyField {
    BodyField(value: object[name] ?? .null, path: path.isEmpty ? name : "\(path).\(name)")
  }
}

/// A value of a body and where it is.
///
/// `null` and what is not there are the same everywhere, as they are for OpenAI: both read as `nil`.
struct BodyField: Sendable {
  /// The value.
  let value: BodyValue
  /// Where it is, such as `messages[3].content[0].text`: `param` of the errors.
  let path: String

  /// Whether there is no value.
  var isNull: Bool { value == .null }

  /// The value as a string.
  ///
  /// - Parameter what: What the string is, for errors. Default: a string.
  /// - Returns: The string, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value.
  func string(_ what: String = "a string") throws(APIError) -> String? {
    switch value {
    case .null: return nil
    case .string(let text): return text
    default: throw expected(what)
    }
  }

  /// The value as `true` or `false`.
  ///
  /// - Returns: The value, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value.
  func bool() throws(APIError) -> Bool? {
    switch value {
    case .null: return nil
    case .bool(let flag): return flag
    default: throw expected("true or false")
    }
  }

  /// The value as an array.
  ///
  /// - Parameter what: What the array is, for errors.
  /// - Returns: The elements with their paths, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value.
  /// - Complexity: O(elements).
  func array(_ what: String) throws(APIError) -> [BodyField]? {
    switch value {
    case .null: return nil
    case .array(let elements):
      return elements.enumerated().map { index, element in
        BodyField(value: element, path: "\(path)[\(index)]")
      }
    default: throw expected(what)
    }
  }

  /// The value as an object.
  ///
  /// - Parameter what: What the object is, for errors. Default: an object.
  /// - Returns: Its members, or `nil` for `null`.
  /// - Throws: ``APIError`` for any other value.
  func object(_ what: String = "an object") throws(APIError) -> BodyFields? {
    switch value {
    case .null: return nil
    case .object(let object): return BodyFields(object: object, path: path)
    default: throw expected(what)
    }
  }

  /// The error for a value of another kind than expected, a missing one among them.
  ///
  /// - Parameter what: What is expected, such as `a string`.
  /// - Returns: The error, which does not hold the value.
  func expected(_ what: String) -> APIError {
    isNull
      ? refused("is missing; it must be \(what)") : refused("must be \(what), not \(value.kind)")
  }

  /// An error about this field.
  ///
  /// - Parameters:
  ///   - what: What is wrong, as it goes on behind the field's name.
  ///   - code: Default: none.
  /// - Returns: The error.
  func refused(_ what: String, code: String? = nil) -> APIError {
    APIError.invalid("'\(path)' \(what).", param: path, code: code)
  }
}
