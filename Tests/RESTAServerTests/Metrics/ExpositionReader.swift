/// Reads Prometheus' text format 0.0.4 strictly, written from the format's description.
struct ExpositionReader {
  struct Sample: Hashable {
    var name: String
    var labels: [String: String]
    var value: Double
  }

  struct Fault: Error {
    var line: String
  }

  private(set) var types: [String: String] = [:]
  private(set) var help: [String: String] = [:]
  private(set) var samples: [Sample] = []

  init(_ text: String) throws {
    guard text.isEmpty || text.unicodeScalars.last == "\n" else { throw Fault(line: "end") }
    var family = ""
    for line in text.unicodeScalars.split(separator: "\n") {
      var scanner = Scanner(rest: line)
      if scanner.skip("# HELP ") {
        let name = try scanner.identifier(colon: true)
        guard scanner.skip(" "), help[name] == nil, types[name] == nil else { throw scanner.fault }
        help[name] = try scanner.escaped(until: nil)
      } else if scanner.skip("# TYPE ") {
        family = try scanner.identifier(colon: true)
        guard scanner.skip(" "), types[family] == nil else { throw scanner.fault }
        types[family] = String(scanner.rest)
      } else {
        let sample = try scanner.sample()
        // The lines of a family are together, behind their TYPE.
        let suffixes = types[family] == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { sample.name == family + $0 }) else { throw scanner.fault }
        guard !samples.contains(where: { $0.name == sample.name && $0.labels == sample.labels })
        else { throw scanner.fault }
        samples.append(sample)
      }
    }
  }

  /// The value of a sample.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    samples.first { $0.name == name && $0.labels == labels }?.value
  }

  private struct Scanner {
    var rest: Substring.UnicodeScalarView
    var fault: Fault { Fault(line: String(rest)) }

    mutating func skip(_ text: String) -> Bool {
      guard rest.starts(with: text.unicodeScalars) else { return false }
      rest = rest.dropFirst(text.unicodeScalars.count)
      return true
    }

    mutating func identifier(colon: Bool) throws -> String {
      let name = rest.prefix { scalar in
        ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || scalar == "_"
          || ("0"..."9").contains(scalar) || (colon && scalar == ":")
      }
      guard let first = name.first, !("0"..."9").contains(first) else { throw fault }
      rest = rest[name.endIndex...]
      return String(name)
    }

    mutating func escaped(until end: Unicode.Scalar?) throws -> String {
      var text = ""
      while let scalar = rest.popFirst() {
        if scalar == end { return text }
        guard scalar == "\\" else {
          text.unicodeScalars.append(scalar)
          continue
        }
        switch rest.popFirst() {
        case "\\": text += "\\"
        case "n": text += "\n"
        case "\"" where end != nil: text += "\""
        default: throw fault
        }
      }
      guard end == nil else { throw fault }
      return text
    }

    mutating func sample() throws -> Sample {
      let name = try identifier(colon: true)
      var labels: [String: String] = [:]
      if skip("{") {
        repeat {
          let label = try identifier(colon: false)
          guard skip("=\""), labels[label] == nil else { throw fault }
          labels[label] = try escaped(until: "\"")
        } while skip(",")
        guard skip("}") else { throw fault }
      }
      guard skip(" ") else { throw fault }
      let special = ["+Inf": Double.infinity, "-Inf": -.infinity, "NaN": .nan]
      guard let value = special[String(rest)] ?? Double(String(rest)) else { throw fault }
      return Sample(name: name, labels: labels, value: value)
    }
  }
}
