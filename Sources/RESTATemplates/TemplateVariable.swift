/// A value for a variable that a template may look at beside the messages, `enable_thinking` say.
///
/// It is operator data: what a template prints of it counts as template text and has no span.
public enum TemplateVariable: Sendable, Hashable {
  /// Jinja's `true` or `false`.
  case boolean(Bool)
  /// An integer.
  case integer(Int)
  /// A string.
  case string(String)
  /// Jinja's `none`.
  case none
  /// A list; an empty one as `tools` suits templates that loop over the tools unasked.
  case list([TemplateVariable])
}

extension TemplateVariable: ExpressibleByBooleanLiteral, ExpressibleByStringLiteral,
  ExpressibleByIntegerLiteral, ExpressibleByArrayLiteral
{
  /// Makes a boolean.
  ///
  /// - Parameter value: The boolean.
  public init(booleanLiteral value: Bool) { self = .boolean(value) }

  /// Makes a string.
  ///
  /// - Parameter value: The string.
  public init(stringLiteral value: String) { self = .string(value) }

  /// Makes an integer.
  ///
  /// - Parameter value: The integer.
  public init(integerLiteral value: Int) { self = .integer(value) }

  /// Makes a list.
  ///
  /// - Parameter elements: The list's items.
  public init(arrayLiteral elements: TemplateVariable...) { self = .list(elements) }
}
