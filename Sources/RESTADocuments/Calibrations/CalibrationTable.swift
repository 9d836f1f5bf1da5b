package import RESTA

/// What calibrations found, by the weights that they are of: a JSON file.
///
/// ```json
/// {"format": "resta-calibrations/1", "models": [
///   {"model": "Some Chat 1B", "weights": "9f86…", "bytes": 491400064, "noise": "isotropic", "sigma": 0.5,
///    "sigma_unit": "relative", "power_matched": false, "samples": 10, "prefix": 20, "measured": {…}}
/// ]}
/// ```
///
/// Nothing in it is optional, and nothing is skipped: a table that is half understood would decide a defence.
package struct CalibrationTable: Sendable, Hashable {
  /// A model's weights: the bytes of its file, and of the adapters that change them.
  package struct Weights: Sendable, Hashable {
    /// The SHA-256 of the model's file, and `+SHA-256:SCALE` for each adapter, in the order of use.
    package let name: String

    /// Names weights by their digests, as a generation's key has them.
    package init(model sha256: String, adapters: [(sha256: String, scale: Double)] = []) {
      name = ([sha256] + adapters.map { "\($0.sha256):\($0.scale)" }).joined(separator: "+")
    }

    init?(_ text: String) {
      let parts = text.split(separator: "+", omittingEmptySubsequences: false)
      let isValid = parts.enumerated().allSatisfy { index, part in
        let sides = part.split(separator: ":", omittingEmptySubsequences: false)
        return sides.count == (index == 0 ? 1 : 2) && sides[0].utf8.count == 64
          && sides[0].utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
          && sides.dropFirst().allSatisfy { Double($0)?.isFinite == true }
      }
      guard isValid else { return nil }
      name = text
    }
  }

  package struct Entry: Sendable, Hashable {
    /// The model's name, for people.
    package var model: String
    package var weights: Weights
    /// The length of its file: who looks for a model need not hash one of another length.
    package var bytes: Int
    /// The setting; ``RESTA/CalibratedSetting/origin`` follows from the table that it stands in.
    package var setting: CalibratedSetting
    /// What was measured, for people: rates with n and intervals, the rule, the command.
    package var measured: JSONObject

    package init(
      model: String, weights: Weights, bytes: Int, setting: CalibratedSetting, measured: JSONObject
    ) {
      self.model = model
      self.weights = weights
      self.bytes = bytes
      self.setting = setting
      self.measured = measured
    }
  }

  private static let format = "resta-calibrations/1"
  /// The rows of the defence's table that a calibration decides.
  private static let rows = DefenseSettings.table.filter {
    ["noise", "sigma", "sigma_unit", "power_matched", "samples", "prefix"].contains($0.name)
  }

  /// The entries, one for each weights, in the file's order.
  package private(set) var entries: [Entry] = []

  package init() {}

  /// Reads a table from JSON; an error names the file, the entry, the key, and what is expected there.
  package init(
    _ bytes: [UInt8], file: String, origin: Calibration
  ) throws(DocumentError) {
    let source = try SourceFile(name: file, bytes: bytes)
    let value = try DataRow.value(of: source.bytes[...], in: source)
    let top = try Fields(value, keys: ["format", "models"], place: file)
    guard try top.text("format") == Self.format else {
      throw DocumentError("\(file): 'format' must be \"\(Self.format)\"; this is another table")
    }
    guard let models = top.members["models"]?.array else {
      throw DocumentError("\(file): 'models' must be a list")
    }
    for (index, model) in models.enumerated() {
      let entry = try Self.entry(model, place: "\(file): models[\(index)]", origin: origin)
      guard self[entry.weights] == nil else {
        throw DocumentError("\(file): models[\(index)]: these weights are there twice")
      }
      entries.append(entry)
    }
  }

  private static func entry(
    _ value: JSONValue, place: String, origin: Calibration
  ) throws(DocumentError) -> Entry {
    let fields = try Fields(
      value, keys: ["model", "weights", "bytes", "measured"] + rows.map(\.name), place: place)
    guard let weights = Weights(try fields.text("weights")) else {
      throw fields.error("weights", "the SHA-256 of a model file, and +SHA-256:SCALE of adapters")
    }
    guard let bytes = fields.members["bytes"]?.int, bytes > 0 else {
      throw fields.error("bytes", "a file's length, above 0")
    }
    guard let measured = fields.members["measured"]?.object else {
      throw fields.error("measured", "an object")
    }
    var defense = DefenseSettings()
    for row in rows {
      guard let setting = fields.members[row.name]?.setting, row.read(setting, into: &defense)
      else { throw fields.error(row.name, row.expected) }
    }
    guard defense.isActive, defense.noise.sigma.value > 0 else {
      throw DocumentError("\(place): this is no defence; a calibration is of one")
    }
    do {
      try defense.validate()
    } catch {
      throw DocumentError("\(place): \(error.message)", cause: error)
    }
    return Entry(
      model: try fields.text("model"), weights: weights, bytes: bytes,
      setting: CalibratedSetting(
        noise: defense.noise, samples: defense.samples, prefix: defense.prefix, origin: origin),
      measured: measured)
  }

  /// The members of an object all of whose keys are known, and there.
  private struct Fields {
    let members: JSONObject
    let place: String

    init(_ value: JSONValue, keys: [String], place: String) throws(DocumentError) {
      guard let members = value.object else {
        throw DocumentError("\(place): expected an object, not \(value.kindInWords)")
      }
      for key in members.keys where !keys.contains(key) {
        throw DocumentError("\(place): \(Suggestion.unknown("key", key, known: keys))")
      }
      for key in keys where members[key] == nil {
        throw DocumentError("\(place): there is no '\(key)'")
      }
      self.members = members
      self.place = place
    }

    func text(_ key: String) throws(DocumentError) -> String {
      guard let text = members[key]?.string, !text.isEmpty else {
        throw error(key, "text that is not empty")
      }
      return text
    }

    func error(_ key: String, _ expected: String) -> DocumentError {
      DocumentError(
        "\(place): '\(key)' must be \(expected), not \((members[key] ?? .null).kindInWords)")
    }
  }

  // MARK: - Use

  package subscript(weights: Weights) -> Entry? { entries.first { $0.weights == weights } }

  /// Puts an entry in the place of one of the same weights, or behind all.
  package mutating func set(_ entry: Entry) {
    if let index = entries.firstIndex(where: { $0.weights == entry.weights }) {
      entries[index] = entry
    } else {
      entries.append(entry)
    }
  }

  /// The table as a file has it: an entry a line.
  package var json: String {
    let lines = entries.map { entry in
      var defense = DefenseSettings()
      defense.noise = entry.setting.noise
      defense.samples = entry.setting.samples
      defense.prefix = entry.setting.prefix
      return JSONText.object(
        [
          ("model", .string(entry.model)), ("weights", .string(entry.weights.name)),
          ("bytes", .integer(Int128(entry.bytes))),
        ] + Self.rows.map { ($0.name, JSONValue($0.write(defense))) }
          + [("measured", .object(entry.measured))])
    }
    return "{\"format\": \"\(Self.format)\", \"models\": [\n" + lines.joined(separator: ",\n")
      + (lines.isEmpty ? "" : "\n") + "]}\n"
  }
}
