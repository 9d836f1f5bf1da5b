/// A piece of XML that is also HTML or SVG, in which text can only stand escaped.
///
/// Escaping is by construction: names of elements and attributes are literals of the source code (`StaticString`),
/// the style sheets resources, everything else goes through ``escaped(_:)``. There is no way to add a string that
/// was computed without that.
struct Markup: Sendable, Hashable {
  /// Names and values, in order.
  typealias Attributes = KeyValuePairs<StaticString, String>

  private(set) var source: String

  private init(source: String) { self.source = source }

  static let empty = Markup(source: "")

  /// Text, with its invisible characters made visible.
  static func text(_ text: String) -> Markup { Markup(source: escaped(VisibleText.of(text))) }

  /// The style sheet of the page, like the next free of `<` and `&`, so that it is the same in HTML and XML.
  static let pageStyle = sheet(PackageResources.page_css)

  /// The style sheet of all figures.
  ///
  /// Colours are written out instead of named once: programs that turn an SVG file into a PDF know
  /// classes and `currentColor`, and no custom properties. The series' colours have a contrast of at
  /// least 3 : 1 with the paper and differ in lightness too; every series has its own mark besides.
  static let figureStyle = sheet(PackageResources.figures_css)

  private static func sheet(_ resource: [UInt8]) -> Markup {
    // Without the last line's end.
    Markup(source: String(decoding: resource.dropLast(), as: UTF8.self))
  }

  /// An element with a start and an end.
  static func element(
    _ name: StaticString, _ attributes: Attributes, _ content: [Markup]
  ) -> Markup {
    let inside = content.map(\.source).joined()
    return Markup(source: "<\(name)\(written(attributes))>\(inside)</\(name)>")
  }

  /// An element with a start and an end.
  static func element(
    _ name: StaticString, _ attributes: Attributes, _ content: Markup...
  ) -> Markup {
    element(name, attributes, content)
  }

  static func element(_ name: StaticString, _ content: Markup...) -> Markup {
    element(name, [:], content)
  }

  /// An element that holds text only.
  static func element(
    _ name: StaticString, _ attributes: Attributes = [:], text: String
  ) -> Markup {
    element(name, attributes, .text(text))
  }

  /// An element that never has content, such as `br`.
  static func void(_ name: StaticString, _ attributes: Attributes = [:]) -> Markup {
    Markup(source: "<\(name)\(written(attributes))/>")
  }

  /// Several pieces, one after the other.
  static func joined(_ parts: [Markup], separator: String = "") -> Markup {
    Markup(source: parts.map(\.source).joined(separator: escaped(separator)))
  }

  static func + (left: Markup, right: Markup) -> Markup {
    Markup(source: left.source + right.source)
  }

  static func += (left: inout Markup, right: Markup) { left.source += right.source }

  private static func written(_ attributes: Attributes) -> String {
    attributes.map { " \($0.key)=\"\(escaped(VisibleText.of($0.value)))\"" }.joined()
  }

  private static let special = Array("&<>\"'".utf8)

  /// Replaces what XML gives a meaning to, in text and between quotation marks.
  private static func escaped(_ text: String) -> String {
    if !text.utf8.contains(where: special.contains) { return text }
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
