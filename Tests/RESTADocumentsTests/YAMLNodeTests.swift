import RESTADocuments
import Testing

@Suite("The reader of YAML")
struct YAMLNodeTests {
  private static func values(_ text: String) throws -> [String] {
    let node = try #require(try YAMLNode.document(text, file: "f.yaml"))
    return try node.fields(["a", "b", "c", "d"])["d"]?.fields(["x", "y", "z", "l"])
      .map { "\($0.key)=\($0.value.setting.map { "\(JSONText.value(JSONValue($0)))" } ?? "?")" }
      .sorted() ?? []
  }

  @Test(
    "merges keys by YAML 1.1: explicit ones win, and earlier mappings of a list",
    arguments: [
      ("a: &a {x: 1, y: 2}\nd: {<<: *a, y: 3}", ["x=1", "y=3"]),
      ("a: &a {x: 1, y: 2}\nd: {y: 3, <<: *a}", ["x=1", "y=3"]),
      ("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nd: {<<: [*a, *b]}", ["x=1", "y=2"]),
      ("a: &a {x: 1}\nb: &b {x: 2, y: 2}\nd: {<<: [*b, *a]}", ["x=2", "y=2"]),
      ("a: &a {x: 1, y: 1}\nb: &b {<<: *a, y: 2}\nd: {<<: *b, z: 3}", ["x=1", "y=2", "z=3"]),
      ("a: &a {l: [1, 2]}\nd:\n  <<: *a", ["l=[1, 2]"]),
      ("d: {<<: {x: 1}, y: 2}", ["x=1", "y=2"]), ("d: {<<: [], y: 2}", ["y=2"]),
      ("a: &a {x: 1}\nb: &a {x: 2}\nd: *a", ["x=2"]),
      ("\u{FEFF}d: {x: yes, y: 'yes', z: On}", [#"x=true"#, #"y="yes""#, "z=true"]),
      ("a: &a 1e3\nd: {x: *a, y: *a}", ["x=1000.0", "y=1000.0"]),
      ("&k a: 1\nd: {&n x: 1, y: *k, z: *n}", ["x=1", #"y="a""#, #"z="x""#]),
      ("d:\n  x: |-\n    null\n  y: 'null'", [#"x="null""#, #"y="null""#]),
    ])
  func merges(text: String, expected: [String]) throws {
    #expect(try Self.values(text) == expected)
  }

  private static let bomb =
    "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    + (1...12).map {
      "a\($0): &a\($0) [" + Array(repeating: "*a\($0 - 1)", count: 10).joined(separator: ", ") + "]"
    }
    .joined(separator: "\n")

  @Test(
    "refuses by name what it would have to guess",
    arguments: [
      ("d: {<<: 1}", "f.yaml:1: '<<' takes keys and values"),
      ("d: {<<: [{x: 1}, 2]}", "f.yaml:1: '<<' takes keys and values"),
      ("a: &a [*a]", "f.yaml:1: there is no anchor for this alias in front of it"),
      ("a: &a\n  <<: *a", "f.yaml:2: there is no anchor for this alias in front of it"),
      (bomb, "f.yaml:"),
      ("a: 1\n---\na: 2", "f.yaml:2: a second document begins here"),
      ("a:\n\tb: 1", "f.yaml:2: not YAML"), ("a: 1\na: 2", "f.yaml:1: in there twice: 'a'"),
      ("a: &a {x: 1}\nd: {<<: *a, <<: *a}", "f.yaml:2: in there twice: '<<'"),
      ("d: !include other.yaml", "f.yaml:1: the tag '!include' means nothing here"),
      ("d: {x: !env HOME}", "f.yaml:1: the tag '!env' means nothing here"),
      ("d: {x: !!binary aGk=}", "f.yaml:1: the tag '!!binary' means nothing here"),
      ("d: {x: !!str null}", "f.yaml:1: the tag '!!str' means nothing here"),
      ("d: !!set {x, y}", "f.yaml:1: the tag '!!set' means nothing here"),
      (
        String(repeating: "[", count: 80) + String(repeating: "]", count: 80), "f.yaml:1: more than"
      ),
      ("\u{0}d\u{0}: \u{0}", "f.yaml: this looks like UTF-16"),
      ("? [a]\n: 1", "f.yaml:1: a key is not text"),
      ("1: 2", "f.yaml:1: unknown key '1'"), ("yes: 2", "f.yaml:1: unknown key 'yes'"),
    ])
  func refusals(text: String, message: String) {
    let error = #expect(throws: DocumentError.self) { try Self.values(text) }
    #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
  }

  @Test("names a tab, where a tab is the fault")
  func tab() {
    let error = #expect(throws: DocumentError.self) { try Self.values("a:\n\tb: 1") }
    #expect(error?.message.contains("there is a tab in this line") == true)
  }
}
