import Foundation
import RESTADocuments

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reads a page or a drawing as XML: its elements, and the text of some of them.
final class PageReader: NSObject, XMLParserDelegate {
  /// Every element with its attributes' names, in order.
  private(set) var trace: [String] = []
  /// Every element's attributes.
  private(set) var attributes: [(element: String, name: String, value: String)] = []
  /// The texts of the elements of each name.
  private(set) var texts: [String: [String]] = [:]
  private var open: [(name: String, text: String)] = []

  /// Reads a text.
  ///
  /// - Returns: The reader; `nil` when it is not well-formed.
  static func read(_ source: String) -> PageReader? {
    let parser = XMLParser(data: Data(source.utf8))
    let reader = PageReader()
    parser.delegate = reader
    return parser.parse() ? reader : nil
  }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
    qualifiedName: String?, attributes members: [String: String]
  ) {
    let names = members.keys.sorted()
    trace.append(([name] + names).joined(separator: " "))
    attributes += names.map { (name, $0, members[$0] ?? "") }
    open.append((name, ""))
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    // What holds the whole page is no text of interest, and would be copied piece by piece.
    let large: Set<String> = ["html", "body", "main", "section", "table", "tbody", "svg", "g"]
    for level in open.indices where !large.contains(open[level].name) {
      open[level].text += text
    }
  }

  func parser(
    _ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?
  ) {
    if let element = open.popLast() { texts[element.name, default: []].append(element.text) }
  }
}
