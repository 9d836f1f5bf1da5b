/// Where a scalar came from: a place in a message.
struct ContentOrigin: Hashable, Sendable {
  var message: Int
  /// The scalar's place in the content, from 0; `nil` for the message's name.
  var place: Int?
}

/// A template's string: Unicode scalars, each with the place in a message that it came from.
///
/// Scalars and not Characters: Python's strings are code points, "\r\n" is one Character, and
/// Swift calls canonically equivalent Strings equal, which would change what a user sent.
struct JinjaText: Sendable {
  /// One scalar and its origin, in twelve bytes.
  struct Unit: Sendable {
    var scalar: Unicode.Scalar
    private var message: Int32
    private var place: Int32

    /// Where the scalar came from; `nil` for template text.
    var origin: ContentOrigin? {
      message < 0
        ? nil : ContentOrigin(message: Int(message), place: place < 0 ? nil : Int(place))
    }

    init(_ scalar: Unicode.Scalar, origin: ContentOrigin? = nil) {
      self.scalar = scalar
      message = origin.flatMap { Int32(exactly: $0.message) } ?? -1
      place = origin?.place.flatMap(Int32.init(exactly:)) ?? -1
    }
  }

  /// The scalars with their origins.
  var units: [Unit]

  /// Whether `safe` or `escape` made it: Python's `Markup`, whose `+` escapes the other side.
  var isMarkup = false

  init(_ units: some Sequence<Unit>, isMarkup: Bool = false) {
    self.units = Array(units)
    self.isMarkup = isMarkup
  }

  /// Text of a Swift string, all of one origin.
  init(_ string: String = "", origin: ContentOrigin? = nil) {
    self.units = string.unicodeScalars.map { Unit($0, origin: origin) }
  }

  /// The content of a message.
  init(content: String, ofMessage index: Int) {
    self.units = content.unicodeScalars.enumerated().map { place, scalar in
      Unit(scalar, origin: ContentOrigin(message: index, place: place))
    }
  }

  /// Number of scalars: Python's `len`.
  var count: Int { units.count }

  var isEmpty: Bool { units.isEmpty }

  /// Whether any scalar came from a message.
  var hasOrigin: Bool { units.contains { $0.origin != nil } }

  /// The text without its origins.
  var string: String { String(String.UnicodeScalarView(units.lazy.map(\.scalar))) }

  /// A part of the text, with the same origins.
  subscript(_ range: Range<Int>) -> JinjaText {
    JinjaText(units[range], isMarkup: isMarkup)
  }

  mutating func append(_ other: JinjaText) { units.append(contentsOf: other.units) }

  /// Appends template text.
  mutating func append(_ string: String) {
    for scalar in string.unicodeScalars { units.append(Unit(scalar)) }
  }

  /// Both texts in a row; plain concatenation, no escaping.
  static func + (left: JinjaText, right: JinjaText) -> JinjaText {
    JinjaText(left.units + right.units)
  }

  /// Texts in a row with a separator between them: Python's `str.join`.
  static func joined(_ parts: [JinjaText], separator: JinjaText) -> JinjaText {
    var result = JinjaText()
    for (index, part) in parts.enumerated() {
      if index > 0 { result.append(separator) }
      result.append(part)
    }
    return result
  }
}

extension JinjaText: Hashable, Comparable {
  /// Same scalars; origins don't matter.
  static func == (left: JinjaText, right: JinjaText) -> Bool {
    left.units.elementsEqual(right.units) { $0.scalar == $1.scalar }
  }

  func hash(into hasher: inout Hasher) {
    for unit in units { hasher.combine(unit.scalar) }
  }

  /// Order of code points, as in Python.
  static func < (left: JinjaText, right: JinjaText) -> Bool {
    left.units.lexicographicallyPrecedes(right.units) { $0.scalar < $1.scalar }
  }
}

extension JinjaText {
  /// The text with HTML's special characters escaped; an escape keeps its scalar's origin.
  var escaped: JinjaText {
    guard !isMarkup else { return self }
    var result = JinjaText([], isMarkup: true)
    for unit in units {
      switch unit.scalar {
      case "&": result.append(JinjaText("&amp;", origin: unit.origin))
      case "<": result.append(JinjaText("&lt;", origin: unit.origin))
      case ">": result.append(JinjaText("&gt;", origin: unit.origin))
      case "'": result.append(JinjaText("&#39;", origin: unit.origin))
      case "\"": result.append(JinjaText("&#34;", origin: unit.origin))
      default: result.units.append(unit)
      }
    }
    return result
  }

  /// Jinja's `+`: where one side is `Markup`, the other is escaped and so is the sum.
  func adding(_ other: JinjaText) -> JinjaText {
    guard isMarkup || other.isMarkup else { return self + other }
    return JinjaText(escaped.units + other.escaped.units, isMarkup: true)
  }
}
